import type { Clock } from '../../../core/clock.ts';
import type { ForeignWitness } from '../../../core/foreign-process.ts';
import type { Probe } from '../../../core/probe.ts';
import type { Verdict } from '../check.ts';
import { fail, inconclusive, judged, pass, unsupported } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { hostAddresses } from './host-addresses.ts';
import { closed, notApart } from './host-namespaces.ts';
import { defaultRoutes } from './routes.ts';
import { tryConnecting } from './try-connecting.ts';

export const networkAudits: readonly Audit[] = [
  {
    check: 'net.no-host',
    looked:
      "from inside, a connection is tried to every address of the runner's own network; who refuses it has answered",
    against: 'no answer, where the same connection is answered from outside',
    look: reachForHost,
  },
  {
    check: 'net.no-internet',
    looked: "the host's /proc/PID/net/route and ipv6_route; nothing is sent",
    against: 'no way but to its own networks',
    look: lookForWayOut,
  },
  {
    check: 'net.no-metadata',
    looked: "the host's /proc/PID/net/route and ipv6_route; nothing is sent",
    against: 'no way but to its own networks',
    look: lookForWayOut,
  },
];

async function reachForHost({ witness, look, clock }: Audited): Promise<Verdict> {
  const together = notApart(witness, 'net', 'it has the network of the host');
  if (together !== undefined) return together;
  const inside = await look('root');
  if ('refused' in inside) return unsupported(`it can only be tried from inside: ${inside.refused}`);
  const addresses = hostAddresses(witness);
  if (addresses.length === 0) return pass('the runner has no address but those of loopback');
  const outcomes = await tryConnecting(inside.probe, addresses, clock);
  const answered = outcomes.filter(({ outcome }) => outcome === 'answered');
  if (answered.length > 0) return fail(...answered.map(({ address }) => `${address} of the host answers`));
  const silent = outcomes.filter(({ outcome }) => outcome === 'silent').map(({ address }) => address);
  const mute = await withoutControl(silent, await look('host'), clock);
  if (mute.length > 0)
    return inconclusive(...mute.map((address) => `${address} does not answer the host either`));
  return judged(
    [],
    outcomes.map(({ address, outcome }) =>
      outcome === 'silent'
        ? `${address} does not answer; it does the host`
        : `${address}: there is no way to it`,
    ),
  );
}

/** Those that answer nobody: their silence shows nothing. */
async function withoutControl(
  addresses: readonly string[],
  outside: { readonly probe: Probe } | { readonly refused: string },
  clock: Clock,
): Promise<readonly string[]> {
  if (addresses.length === 0) return [];
  if ('refused' in outside) return addresses;
  const outcomes = await tryConnecting(outside.probe, addresses, clock);
  return outcomes.filter(({ outcome }) => outcome !== 'answered').map(({ address }) => address);
}

function lookForWayOut({ witness }: Audited): Verdict {
  const together = notApart(witness, 'net', 'it has the network of the host');
  if (together !== undefined) return together;
  const ways = waysOut(witness);
  if (ways === undefined) return closed('net/route');
  return ways.length > 0
    ? unsupported(...ways, 'what lies beyond is not tried')
    : pass('it has routes to its own networks, if any, and no other');
}

function waysOut(witness: ForeignWitness): readonly string[] | undefined {
  const four = witness.read('net/route');
  if (four === undefined) return undefined;
  return defaultRoutes(four, witness.read('net/ipv6_route') ?? '').map(
    (through) => `it has a default route through ${through}`,
  );
}
