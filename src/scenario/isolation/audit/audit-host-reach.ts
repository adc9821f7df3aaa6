import type { ForeignWitness } from '../../../core/foreign-process.ts';
import type { Probe } from '../../../core/probe.ts';
import type { IpAddress } from '../../plan/network/ip-address.ts';
import type { Verdict } from '../check.ts';
import { connectTo, type Target, waysTo } from '../inside-sockets.ts';
import { ipsOf, parseListening, parseOwnAddresses, type Route } from '../network-tables.ts';
import { isRefusal, routeOf } from '../outside-world.ts';
import { fail, inconclusive, pass, unsupported } from '../verdict.ts';
import type { Audited } from './audit.ts';
import { closed, notApart } from './host-namespaces.ts';
import { itsRoutes } from './its-routes.ts';
import { isOnLocalBridge } from './local-bridges.ts';

/** Where nobody listens on most machines: a refusal is an answer all the same. */
const unusedPort = 9;
const mostPorts = 8;
const mostAddresses = 256;
/** Of connections that are tried at once: a process has 1024 descriptors. */
const atOnce = 256;
const answerMs = 1000;

interface HostAddress {
  readonly text: string;
  readonly ip: IpAddress;
}

export async function reachForHost({ witness, look }: Audited): Promise<Verdict> {
  const together = notApart(witness, 'net', 'it has the network of the host');
  if (together !== undefined) return together;
  const inside = await look('root');
  if ('refused' in inside) return unsupported(`it can only be tried from inside: ${inside.refused}`);
  const [hosts, own] = [
    addressesOf((name) => witness.readSelf(name)),
    addressesOf((name) => witness.read(name)),
  ];
  const routes = itsRoutes(witness);
  if (hosts === undefined) return inconclusive("the host's /proc does not tell its addresses");
  if (own === undefined || routes === undefined) return closed('net');
  if (hosts.length > mostAddresses)
    return unsupported(`the host has ${hosts.length} addresses, too many to be tried`);
  if (hosts.length === 0) return pass('the runner has no address but those of loopback');
  const addresses = hosts.filter(({ text }) => !own.some((each) => each.text === text));
  const shared = hosts.length - addresses.length;
  if (addresses.length === 0)
    return inconclusive('all addresses of the host are its own, too: nobody else answers at them');
  const ways = await waysTo(inside.probe, addresses);
  const open = addresses.filter((_, at) => !isRefusal(ways[at] ?? ''));
  const local = open.filter(({ ip }) => staysHere(ip, routes, witness));
  const { answered, silent, unclear, refused } = await tryAll(inside.probe, local, portsOf(witness));
  if (answered.length > 0)
    return fail(...answered.map(({ text, how }) => `${text} of the host answers (${how})`));
  const elsewhere = open.filter((each) => !local.includes(each));
  if (elsewhere.length > 0)
    return unsupported(
      ...elsewhere.map(
        ({ text }) => `there is a way to ${text}, by no bridge of this host alone: it is not tried`,
      ),
    );
  if (unclear.length > 0) return inconclusive(...unclear);
  const mute = await withoutControl(silent, await look('host'));
  if (mute.length > 0)
    return inconclusive(...mute.map(({ text }) => `${text} does not answer the host either`));
  return pass(
    ...addresses.filter((each) => !open.includes(each)).map(({ text }) => `${text}: there is no way to it`),
    ...silent.map(({ text }) => `${text} does not answer; it does the host`),
    ...refused.map(({ text, how }) => `${text}: ${how}`),
    ...(shared > 0 ? [`${shared} addresses of the host are its own, too, and lead to itself`] : []),
  );
}

/** Without those of loopback and of a link only. */
function addressesOf(read: (name: string) => string | undefined): readonly HostAddress[] | undefined {
  const ipv4 = read('net/fib_trie');
  if (ipv4 === undefined) return undefined;
  return ipsOf(parseOwnAddresses(ipv4, read('net/if_inet6') ?? '')).filter(({ ip: { version, value } }) =>
    version === 4 ? value >> 24n !== 127n : value !== 1n && value >> 118n !== 0x3fan,
  );
}

function staysHere(ip: IpAddress, routes: readonly Route[], witness: ForeignWitness): boolean {
  const route = routeOf(ip, routes);
  if (route === undefined) return false;
  return isOnLocalBridge(route.hasGateway ? { version: ip.version, value: route.gateway } : ip, witness);
}

/** At which the host listens, and one at which it hardly does. */
function portsOf(witness: ForeignWitness): readonly number[] {
  const listening = ['net/tcp', 'net/tcp6'].flatMap((name) =>
    parseListening(witness.readSelf(name) ?? '', 'tcp'),
  );
  const elsewhere = listening.filter(({ ip }) => !(ip.version === 4 && ip.value >> 24n === 127n));
  return [...new Set([unusedPort, ...elsewhere.map(({ port }) => port)])].slice(0, mostPorts + 1);
}

interface Tried {
  readonly answered: readonly (HostAddress & { readonly how: string })[];
  /** Some port said nothing at all, and none answered. */
  readonly silent: readonly HostAddress[];
  readonly refused: readonly (HostAddress & { readonly how: string })[];
  readonly unclear: readonly string[];
}

/** Words of the other side; EHOSTUNREACH and the like are the kernel's own, or of a filter on the way. */
const answers = new Set(['success', 'ECONNREFUSED', 'ECONNRESET']);

async function tryAll(
  probe: Probe,
  addresses: readonly HostAddress[],
  ports: readonly number[],
): Promise<Tried> {
  const targets = addresses.flatMap((address) => ports.map((port) => ({ ...address, port })));
  const outcomes = await tryInTurns(probe, targets);
  const of = (text: string) =>
    targets.flatMap((each, at) =>
      each.text === text ? [{ port: each.port, outcome: outcomes[at] ?? 'no outcome' }] : [],
    );
  const found = addresses.map((address) => {
    const all = of(address.text);
    const spoke = all.find(({ outcome }) => answers.has(outcome));
    const odd = all.find(
      ({ outcome }) => outcome !== 'no answer' && !isRefusal(outcome) && !answers.has(outcome),
    );
    return {
      address,
      spoke,
      odd,
      isSilent: all.some(({ outcome }) => outcome === 'no answer'),
      first: all[0],
    };
  });
  const quiet = found.filter(({ spoke, odd }) => spoke === undefined && odd === undefined);
  return {
    answered: found.flatMap(({ address, spoke }) =>
      spoke === undefined ? [] : [{ ...address, how: `port ${spoke.port}: ${spoke.outcome}` }],
    ),
    silent: quiet.filter(({ isSilent }) => isSilent).map(({ address }) => address),
    refused: quiet
      .filter(({ isSilent }) => !isSilent)
      .map(({ address, first }) => ({ ...address, how: first?.outcome ?? 'not tried' })),
    unclear: found.flatMap(({ address, odd }) =>
      odd === undefined ? [] : [`connecting to ${address.text}, port ${odd.port}, ended with ${odd.outcome}`],
    ),
  };
}

async function tryInTurns(probe: Probe, targets: readonly Target[]): Promise<readonly string[]> {
  const outcomes: string[] = [];
  for (let at = 0; at < targets.length; at += atOnce)
    outcomes.push(
      ...(await connectTo(probe, targets.slice(at, at + atOnce), { firstMs: 0, othersMs: answerMs })),
    );
  return outcomes;
}

/** Those that answer nobody: their silence shows nothing. */
async function withoutControl(
  addresses: readonly HostAddress[],
  outside: { readonly probe: Probe } | { readonly refused: string },
): Promise<readonly HostAddress[]> {
  if (addresses.length === 0) return [];
  if ('refused' in outside) return addresses;
  const { answered } = await tryAll(outside.probe, addresses, [unusedPort]);
  return addresses.filter(({ text }) => !answered.some((each) => each.text === text));
}
