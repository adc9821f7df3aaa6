import type { Clock } from '../../core/clock.ts';
import type { Cell, ConnectivityOutcome, Family } from '../../core/connectivity.ts';
import type { Witness } from '../../core/probe.ts';
import { type Attempt, closeAll, lookAt, sendAll } from './attempt.ts';
import type { Column } from './choose-columns.ts';
import { noWay } from './classify.ts';
import { askLinkLocal } from './link-local.ts';
import { type MeasuredCell, unknownWay } from './measured-cell.ts';
import { addressesOf, type OutsidePlace } from './outside-targets.ts';
import { askRoutes } from './routes.ts';
import type { Station } from './station.ts';
import type { Truth } from './truth.ts';

/** The kernel asks three times, a second apart, for a hardware address before it says that nobody has it (arp(7), mcast_solicit). */
const waitsMs = [0, 50, 450, 1_000, 1_000, 1_000] as const;

/** What rules say of a place, and a port of TCP; of UDP and ICMP where a rule speaks of them, as among services. */
export function outsideColumns(places: readonly OutsidePlace[], truth: Truth): readonly Column[] {
  const rules = [...truth.allow, ...truth.deny];
  const named = new Set(rules.map(({ protocol }) => protocol));
  return places.flatMap((to): readonly Column[] => {
    if (to === 'ipv6-link-local') return [{ to, protocol: 'icmp' }];
    const ports = (protocol: 'tcp' | 'udp', usual: number): readonly Column[] => {
      const own = rules.flatMap((rule) =>
        rule.protocol === protocol && rule.to.has(to) && rule.port !== undefined ? [rule.port] : [],
      );
      return [...new Set(own.length === 0 ? [usual] : own)].map((port) => ({ to, protocol, port }));
    };
    return [
      ...ports('tcp', to === 'internet' ? 443 : 80),
      ...(named.has('udp') ? ports('udp', 53) : []),
      ...(named.has('icmp') ? [{ to, protocol: 'icmp' as const }] : []),
    ];
  });
}

export interface Outsider {
  readonly name: string;
  readonly station: Station;
  readonly witness: Witness;
}

/** From every service to every place outside, at once. */
export async function surveyOutside(
  sources: readonly Outsider[],
  columns: readonly Column[],
  families: readonly Family[],
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly MeasuredCell[]> {
  const all = await Promise.all(
    sources.map((source) => surveyFrom(source, columns, families, clock, signal)),
  );
  return all.flat();
}

interface Try {
  readonly cell: Cell;
  readonly attempt: Attempt;
}

async function surveyFrom(
  { name: from, station, witness }: Outsider,
  columns: readonly Column[],
  families: readonly Family[],
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly MeasuredCell[]> {
  const cells = columns.flatMap((column) =>
    families
      .filter((family) => column.to !== 'ipv6-link-local' || family === 6)
      .map((family): Cell => ({ from, ...column, family })),
  );
  const tries = cells.flatMap((cell) => triesOf(cell, witness));
  const { probe } = station;
  const routes = await askRoutes(probe, [...new Set(tries.map(({ attempt }) => attempt.address))]);
  for (const { attempt } of tries) {
    const route = routes.get(attempt.address);
    if (route === undefined || route.kind === 'unknown') attempt.error = unknownWay;
    if (route?.kind === 'none') attempt.error = route.error;
    if (route?.kind === 'own') attempt.error = ownAddress;
  }
  const sent = tries.map(({ attempt }) => attempt).filter(({ error }) => error === undefined);
  await sendAll(probe, sent);
  for (const waitMs of waitsMs) {
    if (sent.every(({ error, answered }) => answered || error !== undefined)) break;
    await clock.sleep(waitMs, signal);
    await lookAt(probe, sent);
  }
  await closeAll(probe, sent);
  const linkLocal = cells.some(({ to }) => to === 'ipv6-link-local')
    ? await askLinkLocal(station, clock, signal)
    : undefined;
  return cells.map((cell) =>
    cell.to === 'ipv6-link-local' && linkLocal !== undefined
      ? { ...cell, ...linkLocal }
      : tell(
          cell,
          witness,
          tries.flatMap((one) => (one.cell === cell ? [one.attempt] : [])),
        ),
  );
}

/** No errno. */
const ownAddress = 'it is an address of its own';

const isPlace = (to: string): to is Exclude<OutsidePlace, 'ipv6-link-local'> =>
  to === 'host' || to === 'gateway' || to === 'internet' || to === 'metadata';

function triesOf(cell: Cell, witness: Witness): readonly Try[] {
  const { to, protocol, family, port = 0 } = cell;
  if (!isPlace(to)) return [];
  return (addressesOf(to, family, witness) ?? []).map((address) => ({
    cell,
    attempt: { protocol, family, address, port, keys: [], answered: false },
  }));
}

/** Nobody of ours is there to see what arrives: that nothing does is the word of the kernel here, or nothing is known. */
function outcomeOf({ answered, error }: Attempt): ConnectivityOutcome {
  if (answered) return 'open';
  if (error === undefined || error === 'ETIMEDOUT') return 'timed-out';
  if (error === 'ECONNREFUSED' || error === 'ECONNRESET') return 'refused';
  return error === ownAddress || noWay.has(error) ? 'unreachable' : 'unmeasured';
}

const preference: readonly ConnectivityOutcome[] = [
  'open',
  'refused',
  'unmeasured',
  'timed-out',
  'unreachable',
];

function tell(cell: Cell, witness: Witness, attempts: readonly Attempt[]): MeasuredCell {
  const all = attempts
    .map((attempt) => ({ attempt, outcome: outcomeOf(attempt) }))
    .sort((left, right) => preference.indexOf(left.outcome) - preference.indexOf(right.outcome));
  const [best] = all;
  if (best === undefined && isPlace(cell.to) && addressesOf(cell.to, cell.family, witness) === undefined) {
    const evidence = `/proc does not tell which addresses are ${cell.to}`;
    return { ...cell, outcome: 'unmeasured', witnessed: false, evidence };
  }
  if (best === undefined) {
    const evidence = `there is no IPv${cell.family} address that would be ${cell.to}`;
    return { ...cell, outcome: 'unreachable', witnessed: true, evidence };
  }
  const { outcome, attempt } = best;
  const evidence = `${attempt.address}: ${words(outcome, attempt)}`;
  return { ...cell, outcome, witnessed: outcome === 'unreachable', evidence };
}

function words(outcome: ConnectivityOutcome, { error, fd: _fd, keys }: Attempt): string {
  if (outcome === 'open') return 'was answered';
  if (outcome === 'refused') return 'was refused, so somebody is there';
  if (outcome === 'timed-out')
    return 'was sent, nothing came back, and nobody there could say whether it arrived';
  return keys.length === 0 ? `${error}, nothing was sent` : `${error}`;
}
