import type { Clock } from '../../core/clock.ts';
import type { Cell, Listener } from '../../core/connectivity.ts';
import type { Attempt } from './attempt.ts';
import { classify } from './classify.ts';
import { groupBy } from './group-by.ts';
import { measureRound } from './measure-round.ts';
import { type MeasuredCell, noAddress, type Tried, unknownWay, wayOut } from './measured-cell.ts';
import { NeighbourBook } from './neighbour-book.ts';
import { interfaceIndexes } from './netlink.ts';
import { planRounds } from './plan-rounds.ts';
import { askRoutes, type Route } from './routes.ts';
import type { Station } from './station.ts';
import type { Try } from './try.ts';

/** More than these pairs of neighbours are told to each other at once, rather than asking (arp(7), gc_thresh1 and above). */
const mostAskingPairs = 256;

export interface Measurement {
  /** By service; several that share a network namespace have one. */
  readonly stations: ReadonlyMap<string, Station>;
  readonly cells: readonly Cell[];
  readonly listenerOf: (cell: Cell) => Listener | undefined;
  readonly faultsOf: (cell: Cell) => readonly string[];
  readonly isCut: (cell: Cell) => boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Tries every cell, from inside of the one network namespace, and looks from inside of the other. */
export async function measure(input: Measurement): Promise<readonly MeasuredCell[]> {
  const tries = input.cells.flatMap((cell) => triesOf(cell, input.stations));
  await findRoutes(
    tries.filter(({ network, attempt }) => network === undefined && attempt.error === undefined),
  );
  const sending = tries.filter(({ attempt }) => attempt.error === undefined);
  const neighbours = new NeighbourBook();
  try {
    if (countPairs(sending) > mostAskingPairs) await neighbours.tell(sending);
    // A round of those not sent shows that somebody looked at the destination, too.
    const rounds = [tries.filter(({ attempt }) => attempt.error !== undefined), ...planRounds(sending)];
    for (const round of rounds) await measureRound(round, neighbours, input);
  } finally {
    await neighbours.forget();
  }
  const byCell = groupBy(tries, ({ cell }) => cell);
  return input.cells.map((cell) => {
    const own = byCell.get(cell) ?? [];
    const witnessed = own.length > 0 && own.every((one) => one.witnessed);
    const wasSent = own.some((one) => one.wasSent);
    const found = classify(cell, own.map(told), input.listenerOf(cell), witnessed);
    if (wasSent && input.isCut(cell)) return { ...found, isCut: true };
    const faults = wasSent ? input.faultsOf(cell) : [];
    return faults.length === 0 ? found : { ...found, faults };
  });
}

const countPairs = (tries: readonly Try[]): number =>
  new Set(tries.map(({ from, attempt }) => `${from.name} ${attempt.address}`)).size;

const told = ({ attempt, network, arrived, wasSent }: Try): Tried => ({
  address: attempt.address,
  answered: attempt.answered,
  arrived,
  wasSent,
  ...(network === undefined ? {} : { network }),
  ...(attempt.error === undefined ? {} : { error: attempt.error }),
});

function triesOf(cell: Cell, stations: ReadonlyMap<string, Station>): readonly Try[] {
  const [from, to] = [stations.get(cell.from), stations.get(cell.to)];
  if (from === undefined || to === undefined) return [];
  const own = new Set(from.networks.map(({ network }) => network));
  const atNetworks = to.addressesOf(cell.family);
  // Who shares a network namespace meets the other at its loopback, too.
  const addresses =
    from === to ? [{ network: 'loopback', address: loopback[cell.family] }, ...atNetworks] : atNetworks;
  // That there is nowhere to send it is seen by nobody but a helper that works.
  const all = addresses.length === 0 ? [{ network: 'none', address: noAddress }] : addresses;
  return all.map(({ network, address }): Try => {
    const { protocol, family, port = 0 } = cell;
    const attempt: Attempt = { protocol, family, address, port, keys: [], answered: false };
    if (address === noAddress) attempt.error = noAddress;
    const shared = from === to || own.has(network) ? { network } : {};
    return { cell, from, to, ...shared, attempt, wasSent: false, arrived: false, witnessed: false };
  });
}

const loopback = { 4: '127.0.0.1', 6: '::1' } as const;

async function findRoutes(tries: readonly Try[]): Promise<void> {
  await Promise.all(
    [...groupBy(tries, ({ from }) => from)].map(async ([from, own]) => {
      const routes = await askRoutes(from.probe, [...new Set(own.map(({ attempt }) => attempt.address))]);
      const indexes = await interfaceIndexes(
        from.probe,
        from.networks.map(({ interfaceName }) => interfaceName),
      );
      const inside = new Set([loopbackIndex, ...indexes.values()]);
      for (const { attempt } of own) {
        const error = obstacleOf(routes.get(attempt.address), inside);
        if (error !== undefined) attempt.error = error;
      }
    }),
  );
}

/** In every network namespace (net/core/dev.c, LOOPBACK_IFINDEX). */
const loopbackIndex = 1;

/** Why nothing is sent: only what surely stays on the networks of the scenario is. */
function obstacleOf(route: Route | undefined, inside: ReadonlySet<number>): string | undefined {
  if (route === undefined || route.kind === 'unknown') return unknownWay;
  if (route.kind === 'none') return route.error;
  if (route.kind === 'gateway') return wayOut;
  return inside.has(route.interfaceIndex ?? -1) ? undefined : wayOut;
}
