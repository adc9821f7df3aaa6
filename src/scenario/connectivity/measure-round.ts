import type { Clock } from '../../core/clock.ts';
import { type Attempt, closeAll, lookAt, sendAll } from './attempt.ts';
import { groupBy } from './group-by.ts';
import type { NeighbourBook } from './neighbour-book.ts';
import { keyOf, type Station, type Way } from './station.ts';
import type { Try } from './try.ts';

/** When is looked after sending; what is not decided then is sent again, and has as long again. */
const waitsMs = [0, 10, 40, 200] as const;
const silentAfterMs = 750;

type Controls = ReadonlyMap<Station, readonly Attempt[]>;
type Seen = ReadonlyMap<Station, ReadonlySet<string>>;

interface Timing {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Sends all at once and looks at both ends of each until nothing is open any more, or has been silent for long. */
export async function measureRound(
  round: readonly Try[],
  neighbours: NeighbourBook,
  { clock, signal }: Timing,
): Promise<void> {
  if (round.length === 0) return;
  const controls = controlsOf(round);
  const sending = round.filter(({ attempt }) => attempt.error === undefined);
  for (const one of sending) one.wasSent = true;
  const bySource = groupBy(sending, ({ from }) => from);
  const seen = new Map<Station, Set<string>>([...controls.keys()].map((to) => [to, new Set<string>()]));
  await Promise.all([...controls].map(([station, own]) => sendAll(station.probe, own)));
  await sendFrom(bySource, () => true);
  const look = (): Promise<void> => lookAround(bySource, seen, sending);
  for (const waitMs of waitsMs) {
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    await look();
    if (sending.every(isDecidedAtOnce) && areSeen(controls, seen)) break;
  }
  const silent = sending.filter((one) => !isDecidedAtOnce(one));
  if (silent.length > 0) {
    // Whoever did not answer the question for its hardware address is told it: then the packet is sent for sure.
    await neighbours.tell(silent);
    const again = new Set(silent);
    await sendFrom(bySource, (one) => again.has(one));
    await clock.sleep(silentAfterMs, signal);
    await look();
  }
  await conclude(round, controls, seen);
  await Promise.all([
    ...[...controls].map(([station, own]) => closeAll(station.probe, own)),
    ...[...bySource].map(([{ probe }, own]) =>
      closeAll(
        probe,
        own.map(({ attempt }) => attempt),
      ),
    ),
  ]);
}

async function sendFrom(
  bySource: ReadonlyMap<Station, readonly Try[]>,
  isMeant: (one: Try) => boolean,
): Promise<void> {
  await Promise.all(
    [...bySource].map(([{ probe }, own]) =>
      sendAll(
        probe,
        own.filter(isMeant).map(({ attempt }) => attempt),
      ),
    ),
  );
}

/** Of a datagram its arrival is all there is to know. */
const isDecided = ({ attempt, arrived }: Try): boolean =>
  attempt.answered || attempt.error !== undefined || (attempt.protocol === 'udp' && arrived);

/** That nobody has an address says the kernel, too, when its question for it was lost. */
const isDecidedAtOnce = (one: Try): boolean =>
  isDecided(one) && one.attempt.error !== 'EHOSTUNREACH' && one.attempt.error !== 'EHOSTDOWN';

/** Of each destination, one on each way. */
const areSeen = (controls: Controls, seen: Seen): boolean =>
  [...controls].every(([station, own]) =>
    [...groupBy(own, nameOf).values()].every((same) =>
      same.some(({ keys }) => keys.some((key) => seen.get(station)?.has(key) === true)),
    ),
  );

async function lookAround(
  bySource: ReadonlyMap<Station, readonly Try[]>,
  seen: ReadonlyMap<Station, Set<string>>,
  sending: readonly Try[],
): Promise<void> {
  await Promise.all(
    [...bySource].map(([{ probe }, own]) =>
      lookAt(
        probe,
        own.map(({ attempt }) => attempt),
      ),
    ),
  );
  const waiting = groupBy(
    sending.filter(({ arrived }) => !arrived),
    ({ to }) => to,
  );
  await Promise.all(
    [...seen].map(async ([station, keys]) => {
      for (const arrival of await station.arrivals(mostOfAWay(waiting.get(station) ?? [])))
        keys.add(keyOf(arrival));
    }),
  );
  for (const one of sending)
    one.arrived ||= one.attempt.keys.some((key) => seen.get(one.to)?.has(key) ?? false);
}

const mostOfAWay = (tries: readonly Try[]): number =>
  Math.max(0, ...[...groupBy(tries, ({ attempt }) => nameOf(attempt)).values()].map(({ length }) => length));

/**
 * To itself, on every way that is looked at: who sees this would have seen others. At its loopback, too, for an interface that is down
 * has no address over which it would reach itself.
 */
function controlsOf(round: readonly Try[]): Controls {
  const byStation = groupBy(round, ({ to }) => to);
  return new Map(
    [...byStation].map(([station, own]) => {
      const ways = new Map(own.map(({ attempt }) => [nameOf(attempt), attempt]));
      return [station, [...ways.values()].flatMap((way) => controlsOn(station, way))];
    }),
  );
}

const loopback = { 4: '127.0.0.1', 6: '::1' } as const;

function controlsOn(station: Station, { protocol, family }: Way): readonly Attempt[] {
  const own = station.addressesOf(family).map(({ address }) => address);
  const port = protocol === 'icmp' ? 0 : 1;
  return [...own.slice(0, 1), loopback[family]].map(
    (address): Attempt => ({ protocol, family, address, port, keys: [], answered: false }),
  );
}

const nameOf = ({ protocol, family }: Way): string => `${protocol} ${family}`;

async function conclude(round: readonly Try[], controls: Controls, seen: Seen): Promise<void> {
  const working = new Map<Station, ReadonlySet<string>>();
  await Promise.all(
    [...controls].map(async ([station, own]) => {
      const lost = new Set((await station.overflown()).map(nameOf));
      const shown = own.filter(({ keys }) => keys.some((key) => seen.get(station)?.has(key)));
      working.set(station, new Set(shown.map(nameOf).filter((name) => !lost.has(name))));
    }),
  );
  for (const one of round) one.witnessed = working.get(one.to)?.has(nameOf(one.attempt)) ?? false;
}
