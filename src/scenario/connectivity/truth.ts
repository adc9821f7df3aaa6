import type { Cell, Protocol } from '../../core/connectivity.ts';

/** A rule whose names are services. */
export interface TruthRule {
  /** As written. */
  readonly text: string;
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
  /** Who is in it by name, other than by `*`. */
  readonly named?: ReadonlySet<string>;
  readonly protocol: Protocol;
  /** Undefined: every port. */
  readonly port?: number;
}

/** The declared truth table (language.md R23). */
export interface Truth {
  readonly default: 'allow' | 'deny';
  readonly allow: readonly TruthRule[];
  readonly deny: readonly TruthRule[];
}

/** `deny` over `allow`, and both over the default: so a wide `allow` can have exceptions. */
export function declaredFor(truth: Truth, cell: Omit<Cell, 'family'>): 'allow' | 'deny' {
  if (truth.deny.some((rule) => speaksOf(rule, cell))) return 'deny';
  if (truth.allow.some((rule) => speaksOf(rule, cell))) return 'allow';
  return truth.default;
}

const speaksOf = ({ from, to, protocol, port }: TruthRule, cell: Omit<Cell, 'family'>): boolean =>
  protocol === cell.protocol &&
  (port === undefined || port === cell.port) &&
  from.has(cell.from) &&
  to.has(cell.to);

/** Rules that speak of nothing that was asked: a table with one would seem to say more than it does. */
export function idleRules(truth: Truth, cells: readonly Cell[]): readonly TruthRule[] {
  return [...truth.allow, ...truth.deny].filter((rule) => !cells.some((cell) => speaksOf(rule, cell)));
}
