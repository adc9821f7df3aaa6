import { faultWords } from '../../core/fault.ts';
import { isJsonObject, type Json } from '../../core/json.ts';

/** What reports call a `fault` step without `name`: `fault partition web | db`, `fault dns web servfail`. */
export function nameOfFault(value: Json): string {
  const word = isJsonObject(value) ? faultWords.find((one) => value[one] !== undefined) : undefined;
  if (!isJsonObject(value) || word === undefined) return 'fault';
  return `fault ${word} ${render(value[word] ?? null)}`;
}

function render(operand: Json): string {
  if (Array.isArray(operand)) return operand.map((group: Json) => listed(group)).join(' | ');
  if (!isJsonObject(operand)) return String(operand);
  if (operand.from !== undefined) return `${listed(operand.from)} → ${listed(operand.to ?? null)}`;
  const { service = null, to, ...rest } = operand;
  const peers = to === undefined ? [] : [`with ${listed(to)}`];
  return [listed(service), ...peers, ...Object.values(rest).map(listed)].join(' ');
}

const listed = (value: Json): string => (Array.isArray(value) ? value.map(String).join(', ') : String(value));
