import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ReadyCondition } from '../../core/plan.ts';
import { waitTable } from './wait-table.ts';

type LeafKind = keyof typeof waitTable;

/** `{ port: 80 }`, `{ all: [ … ] }`: the one key that names a kind of wait; `within` and the like stand beside it. */
export function parseCondition(value: Json): ReadyCondition {
  const [kind, ...others] = isJsonObject(value)
    ? Object.keys(value).filter((key) => isLeafKind(key) || key === 'all' || key === 'any')
    : [];
  if (!isJsonObject(value) || kind === undefined || others.length > 0) {
    throw new MayflyError(
      'SCENARIO_WRONG_VALUE',
      `a condition has exactly one of: ${Object.keys(waitTable).join(', ')}, all, any`,
    );
  }
  const operand = value[kind] ?? null;
  if (isLeafKind(kind)) return { kind, value: operand };
  if (!Array.isArray(operand))
    throw new MayflyError('SCENARIO_WRONG_TYPE', `\`${kind}\` takes a list of conditions`);
  return { kind: kind === 'all' ? 'all' : 'any', of: operand.map((entry: Json) => parseCondition(entry)) };
}

function isLeafKind(key: string): key is LeafKind {
  return key in waitTable;
}
