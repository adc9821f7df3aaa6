import type { PublishedPort } from '../../core/container.ts';
import type { Witness } from '../../core/probe.ts';
import { parseIp } from '../plan/network/ip-address.ts';
import type { Subject, Verdict } from './check.ts';
import { type Listening, parseListening, renderIp } from './network-tables.ts';
import { inconclusive, judged, notApplicable } from './verdict.ts';

/** The kernel gives out the lowest number that is free: after so many that are, there are no more. */
const mostGaps = 256;

export async function comparePorts({ spec, container, siblings, witness }: Subject): Promise<Verdict> {
  if (spec.ports.length === 0) return notApplicable('`ports` was not declared');
  const own = socketsOf(witness);
  const faults: string[] = [];
  const seen: string[] = [];
  for (const declared of spec.ports) {
    const actual = container.ports.filter((each) => isSame(each, declared));
    const wanted = loopbacksOf(declared.hostAddress);
    const what = `${declared.containerPort}/${declared.protocol}`;
    if (actual.length === 0) faults.push(`${what} is published nowhere`);
    for (const { hostPort } of actual) {
      const sockets = own(declared.protocol);
      if (sockets === undefined) return inconclusive("the host's /proc does not tell its sockets");
      const here = sockets.filter(({ port }) => port === hostPort);
      // The same number on another address may be published by another service.
      const others = siblings
        .flatMap((sibling) => sibling.container.ports)
        .filter((each) => each.hostPort === hostPort);
      const stray = here.filter(
        ({ ip }) =>
          ![...wanted, ...others.map(({ hostAddress }) => hostAddress)].some(
            (each) => parseIp(each)?.value === ip.value,
          ),
      );
      if (here.length === 0) faults.push(`nothing of the runner listens for ${what} at port ${hostPort}`);
      faults.push(
        ...stray.map(
          ({ ip }) =>
            `port ${hostPort}, for ${what}, listens on ${renderIp(ip)}; declared is ${wanted.join(', ')}`,
        ),
      );
      seen.push(
        `${what}: port ${hostPort} of ${here.map(({ ip }) => renderIp(ip)).join(', ')}, and no other address`,
      );
    }
  }
  return judged(faults, [...new Set(seen)]);
}

const isSame = (actual: PublishedPort, declared: PublishedPort): boolean =>
  actual.containerPort === declared.containerPort && actual.protocol === declared.protocol;

/** `localhost` is both. */
const loopbacksOf = (address: string): readonly string[] =>
  address === '' || address === 'localhost' ? ['127.0.0.1', '::1'] : [address];

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
