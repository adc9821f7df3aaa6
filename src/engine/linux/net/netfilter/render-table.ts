import type { Expression, Register } from './expression.ts';
import type { Chain, Table } from './table.ts';

/** For `mayfly explain`: a table, a rule a line, in words near to those of nft(8). */
export function renderTable({ family, name, sets = [], chains }: Table): string {
  const lines = [
    ...sets.map((set) => `  set ${set.name}: keys of ${set.keyBytes} bytes`),
    ...chains.flatMap((chain) => [
      `  chain ${chain.name}${renderHook(chain)}`,
      ...chain.rules.map((rule) => `    ${renderRule(rule)}`),
    ]),
  ];
  return [`table ${family} ${name}`, ...lines].join('\n');
}

function renderHook({ hook }: Chain): string {
  return hook === undefined ? '' : `: at ${hook.at}, priority ${hook.priority}, otherwise ${hook.policy}`;
}

function renderRule(rule: readonly Expression[]): string {
  const loaded = new Map<Register, string>();
  const words = rule.flatMap((expression) => renderExpression(expression, loaded));
  return words.join(', ');
}

/** Loads and masks say nothing yet: what looks at their registers does. */
function renderExpression(expression: Expression, loaded: Map<Register, string>): readonly string[] {
  const load = (into: Register, what: string): readonly string[] => {
    loaded.set(into, what);
    return [];
  };
  switch (expression.kind) {
    case 'payload':
      return load(expression.into, `${expression.base}[${expression.offset}:${expression.length}]`);
    case 'meta':
      return load(expression.into, expression.key);
    case 'ct':
      return load(expression.into, `ct ${expression.key}`);
    case 'random':
      return load(expression.into, `random below ${expression.below}`);
    case 'mask':
      return load(expression.into, `${loaded.get(expression.from)} & ${hex(expression.mask)}`);
    case 'compare':
      return [`${loaded.get(expression.from)} ${signs[expression.how]} ${hex(expression.value)}`];
    case 'lookup': {
      const key = [...loaded]
        .sort(([one], [other]) => one - other)
        .filter(([register]) => register < lastOfKeys);
      const words = `${key.map(([, what]) => what).join(' . ')} in ${expression.set}`;
      loaded.clear();
      return [words];
    }
    case 'verdict':
      return [expression.verdict];
    case 'jump':
      return [`jump ${expression.chain}`];
    case 'reset':
      return [expression.kind];
    default:
      return expression satisfies never;
  }
}

/** Comparisons use the last word, keys of sets begin at the first (match.ts). */
const lastOfKeys: Register = 15;
const signs = { equal: '=', different: '≠', below: '<' } as const;

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;
