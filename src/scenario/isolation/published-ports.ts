import type { PublishedPort } from '../../core/container.ts';
import type { Witness } from '../../core/probe.ts';
import { parseIp } from '../plan/network/ip-address.ts';
import type { Subject, Verdict } from './check.ts';
import { type Listening, parseListening, renderIp } from './network-tables.ts';
import { inconclusive, judged, notApplicable } from './verdict.ts';

/** The kernel gives out the lowest number that is free: after so many that are, there are no more. */
const mostGaps = 256;

export async function comparePorts({ spec, container, siblings, witness }: Subject): Promise<Verdict> {
  if (spec.ports.length === 0 && container.ports.length === 0)
    return notApplicable('`ports` was not declared');
  const own = socketsOf(witness);
  const loopbacks = loopbacksOf(witness);
  const declared = spec.ports.flatMap((port) =>
    (isLocalhost(port) ? loopbacks : [port.hostAddress]).map((hostAddress) => ({ ...port, hostAddress })),
  );
  const left = [...container.ports];
  const faults: string[] = [];
  const seen: string[] = [];
  for (const wanted of declared) {
    const at = left.findIndex((actual) => isSame(actual, wanted));
    const [actual] = at < 0 ? [] : left.splice(at, 1);
    if (actual === undefined) {
      faults.push(`${render(wanted)} was declared, and is not published so`);
      continue;
    }
    const sockets = own(actual.protocol);
    if (sockets === undefined) return inconclusive("the host's /proc does not tell its sockets");
    const here = sockets.filter(({ port }) => port === actual.hostPort);
    // The same number on another address may be published by another service, or by this one again.
    const known = [container, ...siblings.map((sibling) => sibling.container)]
      .flatMap(({ ports }) => ports)
      .filter(({ hostPort, protocol }) => hostPort === actual.hostPort && protocol === actual.protocol)
      .map(({ hostAddress }) => hostAddress);
    const isAt = (address: string, { ip }: Listening): boolean => parseIp(address)?.value === ip.value;
    if (!here.some((each) => isAt(actual.hostAddress, each)))
      faults.push(`nothing of the runner listens for ${render(actual)}`);
    faults.push(
      ...here
        .filter((each) => !known.some((address) => isAt(address, each)))
        .map(({ ip }) => `${render(actual)} listens on ${renderIp(ip)} as well`),
    );
    seen.push(`${render(actual)}, and no other address`);
  }
  return judged([...faults, ...left.map((each) => `${render(each)} was not declared`)], seen);
}

/** A declared 0 stands for any number. */
const isSame = (actual: PublishedPort, declared: PublishedPort): boolean =>
  actual.containerPort === declared.containerPort &&
  actual.protocol === declared.protocol &&
  parseIp(actual.hostAddress)?.value === parseIp(declared.hostAddress)?.value &&
  (declared.hostPort === 0 || actual.hostPort === declared.hostPort);

const render = ({ hostAddress, hostPort, containerPort, protocol }: PublishedPort): string =>
  `${containerPort}/${protocol} at ${hostAddress}, port ${hostPort === 0 ? 'any' : hostPort}`;

const isLocalhost = ({ hostAddress }: PublishedPort): boolean =>
  hostAddress === '' || hostAddress === 'localhost';

/** `localhost` is both, where the host has both. */
function loopbacksOf(witness: Witness): readonly string[] {
  const hasIpv6 = /^0{31}1 /m.test(witness.readSelf('net/if_inet6') ?? '');
  return hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
}

/** Listening sockets that the runner itself holds: links of /proc/self/fd say `socket:[inode]`. */
function socketsOf(witness: Witness): (protocol: 'tcp' | 'udp') => readonly Listening[] | undefined {
  const inodes = new Set<string>();
  for (let descriptor = 0, gaps = 0; gaps < mostGaps; descriptor++) {
    const link = witness.readSelf(`fd/${descriptor}`);
    gaps = link === undefined ? gaps + 1 : 0;
    const inode = /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return (protocol) => {
    const ipv4 = witness.readSelf(`net/${protocol}`);
    if (ipv4 === undefined) return undefined;
    return [
      ...parseListening(ipv4, protocol),
      ...parseListening(witness.readSelf(`net/${protocol}6`) ?? '', protocol),
    ].filter(({ inode }) => inodes.has(inode));
  };
}
