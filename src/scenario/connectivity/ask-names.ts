import type { Container } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { askResolver } from '../step/dns/ask-resolver.ts';
import { groupBy } from './group-by.ts';
import type { MeasuredCell } from './measured-cell.ts';
import { declaredFor, type Truth } from './truth.ts';

/**
 * Where something must be possible and the kernel knows no way, the resolver of the one is asked for the name of the other, as its
 * programs would: a name that is unknown is another mistake than an address that cannot be reached.
 */
export async function askNames(
  cells: readonly MeasuredCell[],
  truth: Truth,
  containers: ReadonlyMap<string, Container>,
  signal: AbortSignal,
): Promise<readonly MeasuredCell[]> {
  const isAsked = (cell: MeasuredCell): boolean =>
    cell.outcome === 'unreachable' && containers.has(cell.to) && declaredFor(truth, cell) === 'allow';
  const byAsker = groupBy(cells.filter(isAsked), ({ from }) => from);
  const nameless = new Set<MeasuredCell>();
  await Promise.all(
    [...byAsker].map(async ([from, own]) => {
      for (const [to, same] of groupBy(own, (cell) => cell.to)) {
        if (await knows(containers.get(from), containers.get(to), signal)) continue;
        for (const cell of same) nameless.add(cell);
      }
    }),
  );
  return cells.map((cell): MeasuredCell => {
    if (!nameless.has(cell)) return cell;
    const evidence = `its name means nothing to ${cell.from} (NXDOMAIN); ${cell.evidence}`;
    return { ...cell, outcome: 'no-name', evidence };
  });
}

/** A resolver that does not answer has not said that there is no such name. */
async function knows(
  from: Container | undefined,
  to: Container | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (from === undefined || to === undefined) return true;
  try {
    const { rcode } = await askResolver(from, { name: to.name, type: 'A' }, signal);
    return rcode !== 'NXDOMAIN';
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MayflyError) return true;
    throw error;
  }
}
