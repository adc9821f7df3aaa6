import { targetOf } from '../../../src/core/connectivity.ts';
import type { Prng } from '../../../src/core/prng.ts';
import type { Column } from '../../../src/scenario/connectivity/choose-columns.ts';
import type { Matrix } from '../../../src/scenario/connectivity/compose-facts.ts';
import { declaredFor, type Truth, type TruthRule } from '../../../src/scenario/connectivity/truth.ts';

interface Pair {
  readonly from: string;
  readonly column: Column;
}

const ways = ['add', 'drop', 'another target', 'another source', 'other direction', 'default'] as const;

/** A truth table with one thing wrong in it, and what that is. */
export function alterTruth(matrix: Matrix, random: Prng): { readonly altered: Truth; readonly name: string } {
  const pairs = matrix.services.flatMap((from) =>
    matrix.columns.filter(({ to }) => to !== from).map((column): Pair => ({ from, column })),
  );
  const isAllowed = ({ from, column }: Pair): boolean =>
    declaredFor(matrix.truth, { from, ...column }) === 'allow';
  const [allowed, denied] = [pairs.filter(isAllowed), pairs.filter((pair) => !isAllowed(pair))];
  const way = random.pick(ways);
  const one = pickOf(allowed, random);
  const other = pickOf(denied.filter(candidates[way](one)), random);
  const dropped = way === 'add' || other === undefined ? undefined : one;
  const kept =
    way === 'drop' ? allowed.filter((pair) => pair !== one) : allowed.filter((pair) => pair !== dropped);
  const added = way === 'drop' || other === undefined ? [] : [other];
  if (way === 'default') return { altered: { default: 'allow', allow: [], deny: [] }, name: way };
  // No such pair is left that was not allowed: then one goes.
  const all = added.length === 0 ? allowed.filter((pair) => pair !== one) : [...kept, ...added];
  const name = `${way}: ${nameOf(one)}, ${nameOf(other)}`;
  return { altered: { default: 'deny', allow: all.map(ruleOf), deny: [] }, name };
}

const candidates: Readonly<
  Record<(typeof ways)[number], (one: Pair | undefined) => (pair: Pair) => boolean>
> = {
  add: () => () => true,
  drop: () => () => false,
  default: () => () => false,
  'another target': (one) => (pair) => pair.from === one?.from,
  'another source': (one) => (pair) => pair.column === one?.column,
  'other direction': (one) => (pair) => pair.from === one?.column.to && pair.column.to === one?.from,
};

function pickOf(pairs: readonly Pair[], random: Prng): Pair | undefined {
  const [first, ...rest] = pairs;
  return first === undefined ? undefined : random.pick([first, ...rest]);
}

const nameOf = (pair: Pair | undefined): string =>
  pair === undefined ? 'nothing' : `${pair.from} -> ${targetOf(pair.column)}`;

const ruleOf = ({ from, column: { to, protocol, port } }: Pair): TruthRule => ({
  text: `${from} -> ${targetOf({ to, protocol, ...(port === undefined ? {} : { port }) })}`,
  from: new Set([from]),
  to: new Set([to]),
  protocol,
  ...(port === undefined ? {} : { port }),
});
