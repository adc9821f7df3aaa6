import type { Family, outsidePlaces } from '../../core/connectivity.ts';
import type { Witness } from '../../core/probe.ts';

export type OutsidePlace = (typeof outsidePlaces)[number];

/**
 * Addresses that stand for the internet: a public resolver with an anycast address in each family, which answers on ports 53, 80 and 443.
 * Something is sent there only from a network with `egress`; on all others the kernel has no route to it.
 */
const internet = { 4: ['1.1.1.1'], 6: ['2606:4700:4700::1111'] } as const;
/** Where clouds answer with credentials (AWS, and most others at the first). */
const metadata = { 4: ['169.254.169.254'], 6: ['fd00:ec2::254'] } as const;

/**
 * Where a place would be met from inside of a namespace; undefined: /proc does not tell, so nothing can be shown of it. `ipv6-link-local`
 * has no address to know before: who has one is asked.
 */
export function addressesOf(
  place: Exclude<OutsidePlace, 'ipv6-link-local'>,
  family: Family,
  witness: Witness,
): readonly string[] | undefined {
  // Without IPv6 the kernel has no files of it, which is told from files that cannot be read by those of IPv4.
  const [own, routes] = [witness.readSelf('net/fib_trie'), witness.read('net/route')];
  switch (place) {
    case 'internet':
      return internet[family];
    case 'metadata':
      return metadata[family];
    case 'host':
      if (own === undefined) return undefined;
      return family === 4 ? localAddresses4(own) : localAddresses6(witness.readSelf('net/if_inet6') ?? '');
    case 'gateway':
      if (routes === undefined) return undefined;
      return family === 4 ? gateways4(routes) : gateways6(witness.read('net/ipv6_route') ?? '');
    default:
      return place satisfies never;
  }
}

/** Of /proc/net/fib_trie the lines `|-- ADDRESS` with `/32 host LOCAL` below; each stands in two tables. */
function localAddresses4(text: string): readonly string[] {
  const found = [...text.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].flatMap(([, address]) => address ?? []);
  return [...new Set(found)].filter((address) => !address.startsWith('127.'));
}

/** Of /proc/net/if_inet6 the first column; link-local addresses mean nothing on another link. */
function localAddresses6(text: string): readonly string[] {
  const all = text.split('\n').flatMap((line) => /^[0-9a-f]{32}/.exec(line)?.[0] ?? []);
  return [...new Set(all)].filter((hex) => !/^fe[89ab]|^0{31}1$/.test(hex)).map(withColons);
}

/**
 * Docker's and most others' place for it, the first address of each subnet, and any that a route names: /proc/net/route has words in
 * the machine's own byte order (proc_net(5)).
 */
function gateways4(text: string): readonly string[] {
  const rows = text.split('\n').slice(1);
  const found = rows.flatMap((row) => {
    const [, destination = '', gateway = ''] = row.split('\t');
    if (gateway === '') return [];
    if (!/^0+$/.test(gateway)) return [swapped(gateway)];
    return /^0+$/.test(destination) ? [] : [swapped(destination, 1)];
  });
  return [...new Set(found)];
}

function swapped(hex: string, plus = 0): string {
  const bytes = Buffer.from(hex, 'hex').reverse();
  bytes.writeUInt8(bytes.readUInt8(3) + plus, 3);
  return [...bytes].join('.');
}

/** Destination, prefix, source, prefix, next hop, …, interface. */
function gateways6(text: string): readonly string[] {
  const found = text.split('\n').flatMap((row) => {
    const [destination = '', prefix = '', , , hop = '', , , , , name = ''] = row.trim().split(/\s+/);
    if (name === '' || name === 'lo' || /^f[ef]/.test(destination)) return [];
    if (!/^0+$/.test(hop)) return /^fe/.test(hop) ? [] : [withColons(hop)];
    const isSubnet = prefix !== '80' && !/^0+$/.test(destination);
    return isSubnet ? [withColons(`${destination.slice(0, -1)}1`)] : [];
  });
  return [...new Set(found)];
}

const withColons = (hex: string): string => (hex.match(/.{4}/g) ?? []).join(':');
