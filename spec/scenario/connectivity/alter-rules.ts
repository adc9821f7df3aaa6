import type { Cell } from '../../../src/core/connectivity.ts';
import type { Prng } from '../../../src/core/prng.ts';

/** The value of a `connectivity` step, as a scenario file has it. */
export interface RuleTable {
  readonly default: 'allow' | 'deny';
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** Of what rules are made. */
export interface Words {
  /** As a rule may name them: services, groups, `*`. */
  readonly names: readonly [string, ...string[]];
  /** Endings of targets: `:80`, `:53/udp`, `/icmp`. */
  readonly ends: readonly [string, ...string[]];
  /** Services and instances of scaled ones. */
  readonly services: readonly string[];
}

/** `a -> b:80/tcp`, apart. A reader of its own: the one of `src` is what is tried here. */
const pattern = /^(?<from>[^ ]+) -> (?<to>[^:/]+)(?<end>.*)$/;

const partsOf = (rule: string) => {
  const { from = '', to = '', end = '' } = pattern.exec(rule)?.groups ?? {};
  return { from, to, end };
};

/** Each alters the text of one rule; undefined: it cannot. */
const edits: Readonly<Record<string, (rule: string, words: Words, random: Prng) => string | undefined>> = {
  'no such rule': () => undefined,
  'the other direction': (rule) => {
    const { from, to, end } = partsOf(rule);
    return `${to} -> ${from}${end}`;
  },
  'another port or protocol': (rule, { ends }, random) => {
    const { from, to } = partsOf(rule);
    return `${from} -> ${to}${random.pick(ends)}`;
  },
  'another source': (rule, { names }, random) => {
    const { to, end } = partsOf(rule);
    return `${random.pick(names)} -> ${to}${end}`;
  },
  'another target': (rule, { names }, random) => {
    const { from, end } = partsOf(rule);
    return `${from} -> ${random.pick(names)}${end}`;
  },
};

export const ways = [...Object.keys(edits), 'one rule more', 'allowed is denied', 'another default'] as const;

/** The table with one text of it altered. */
export function alterRules(table: RuleTable, way: string, words: Words, random: Prng): RuleTable {
  const side = table.deny.length > 0 && random.below(2) === 0 ? 'deny' : 'allow';
  const at = random.below(table[side].length);
  const rule = table[side][at] ?? '';
  const others = table[side].filter((_, index) => index !== at);
  if (way === 'another default') return { ...table, default: table.default === 'deny' ? 'allow' : 'deny' };
  if (way === 'one rule more') {
    const { names, ends } = words;
    const more = `${random.pick(names)} -> ${random.pick(names)}${random.pick(ends)}`;
    return { ...table, [side]: [...table[side], more] };
  }
  if (way === 'allowed is denied')
    return side === 'allow'
      ? { ...table, allow: others, deny: [...table.deny, rule] }
      : { ...table, deny: others, allow: [...table.allow, rule] };
  const altered = edits[way]?.(rule, words, random);
  return { ...table, [side]: altered === undefined ? others : [...others, altered] };
}

/** What a table says of a cell, by the plain words of docs/connectivity.md. */
export function saysOf(table: RuleTable, { services }: Words, cell: Cell): 'allow' | 'deny' {
  const isMeant = (word: string, name: string): boolean => {
    if (word === '*') return services.includes(name);
    const members = table.groups[word];
    if (members !== undefined) return members.some((member) => isMeant(member, name));
    return word === name || `${word}[1]` === name || `${word}[2]` === name;
  };
  const wanted = cell.protocol === 'icmp' ? '/icmp' : `:${cell.port}/${cell.protocol}`;
  const speaks = (rule: string): boolean => {
    const { from, to, end } = partsOf(rule);
    const full = end.includes('/') ? end : `${end}/tcp`;
    const isSame = full === wanted || full === wanted.replace(/:\d+/, ':*');
    return isSame && isMeant(from, cell.from) && isMeant(to, cell.to);
  };
  if (table.deny.some(speaks)) return 'deny';
  return table.allow.some(speaks) ? 'allow' : table.default;
}
