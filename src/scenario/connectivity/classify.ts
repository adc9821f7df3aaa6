import type { Cell, ConnectivityOutcome, Listener } from '../../core/connectivity.ts';
import { type MeasuredCell, noAddress, type Tried, wayOut } from './measured-cell.ts';

/** Errors that say of the network: there is no way. */
export const noWay: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  wayOut,
  noAddress,
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'ENOPROTOOPT',
]);

/** What one address comes to. */
function outcomeOf(
  { protocol }: Cell,
  { error, answered, arrived }: Tried,
  listener: Listener | undefined,
): ConnectivityOutcome {
  if (answered) return 'open';
  const isRefusal = error === 'ECONNREFUSED' || error === 'ECONNRESET';
  if (isRefusal && !arrived) return 'reset';
  // Where nobody listens, a refusal by the destination itself shows that it can be reached.
  if (isRefusal) return listener === 'service' ? 'refused' : 'open';
  if (arrived) return protocol === 'udp' ? 'open' : 'arrived';
  if (error === undefined || error === 'ETIMEDOUT') return 'timed-out';
  return noWay.has(error) ? 'unreachable' : 'unmeasured';
}

/** The best of all addresses: one way in is enough. */
const preference: readonly ConnectivityOutcome[] = [
  'open',
  'arrived',
  'unmeasured',
  'refused',
  'reset',
  'timed-out',
  'unreachable',
  'no-name',
];

export function classify(
  cell: Cell,
  tried: readonly Tried[],
  listener: Listener | undefined,
  witnessed: boolean,
): MeasuredCell {
  const all = tried
    .map((one) => ({ one, outcome: outcomeOf(cell, one, listener) }))
    .sort((left, right) => preference.indexOf(left.outcome) - preference.indexOf(right.outcome));
  const [best] = all;
  if (best === undefined) {
    const evidence = `${cell.to} has no IPv${cell.family} address`;
    return { ...cell, outcome: 'unreachable', witnessed: false, evidence };
  }
  return {
    ...cell,
    outcome: best.outcome,
    ...(listener === undefined ? {} : { listener }),
    witnessed,
    evidence: describe(cell, best.one, best.outcome, listener),
  };
}

const packets = { tcp: 'a SYN', udp: 'an empty datagram', icmp: 'an echo request' } as const;

function describe(
  { protocol, to, family }: Cell,
  { address, network, error, arrived, wasSent }: Tried,
  outcome: ConnectivityOutcome,
  listener: Listener | undefined,
): string {
  if (error === noAddress) return `${to} has no IPv${family} address`;
  if (!wasSent) return `${address}: ${error ?? 'no way'}, ${reasonNotSent(error)}`;
  const way = network === undefined ? address : `${address} on ${network}`;
  const fate = arrived ? `arrived at ${to}` : `did not arrive at ${to}`;
  return `${packets[protocol]} to ${way} ${fate}${answer(outcome, error, listener)}`;
}

function reasonNotSent(error: string | undefined): string {
  return error === 'ENETUNREACH' ? 'the kernel has no route there' : 'nothing was sent';
}

function answer(
  outcome: ConnectivityOutcome,
  error: string | undefined,
  listener: Listener | undefined,
): string {
  const who = listener === 'helper' ? 'the helper listens there' : 'the service listens there';
  switch (outcome) {
    case 'open':
      return listener === undefined || listener === 'nobody' ? ' and was answered' : `; ${who}`;
    case 'arrived':
      return ', but no answer came back';
    case 'refused':
      return ' and was refused: the service listens at another address only';
    case 'reset':
      return ', and yet it was refused';
    case 'timed-out':
      return ', and nothing was said';
    default:
      return error === undefined ? '' : `: ${error}`;
  }
}
