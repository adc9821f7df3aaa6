import { type IpAddress, parseIp } from '../plan/network/ip-address.ts';

/** A way of a routing table; without gateway it leads onto the link itself. */
export interface Route {
  readonly interfaceName: string;
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly hasGateway: boolean;
  /** Where it leads at first; 0 without one. */
  readonly gateway: bigint;
}

const [gatewayFlag, rejectFlag, localFlag] = [0x2, 0x200, 0x8000_0000];

/** /proc/PID/net/route: numbers are as they lie in memory (little-endian). Routes that refuse are none. */
export function parseRoutes4(text: string): readonly Route[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line): readonly Route[] => {
      const [name, destination, gateway, flags, , , , mask] = line.trim().split(/\s+/);
      if (name === undefined || destination === undefined || flags === undefined || mask === undefined)
        return [];
      if ((Number.parseInt(flags, 16) & rejectFlag) !== 0) return [];
      const first = swapped(destination);
      return [
        {
          interfaceName: name,
          version: 4,
          first,
          last: first | (swapped(mask) ^ 0xffff_ffffn),
          hasGateway: (Number.parseInt(flags, 16) & gatewayFlag) !== 0,
          gateway: swapped(gateway ?? '00000000'),
        },
      ];
    });
}

/** /proc/PID/net/ipv6_route, in network order; local addresses and routes that refuse are none. */
export function parseRoutes6(text: string): readonly Route[] {
  return text.split('\n').flatMap((line): readonly Route[] => {
    const [destination, length, , , gateway, , , , flagText, name] = line.trim().split(/\s+/);
    if (destination === undefined || length === undefined || flagText === undefined || name === undefined)
      return [];
    const flags = Number.parseInt(flagText, 16);
    if ((flags & rejectFlag) !== 0 || flags >= localFlag) return [];
    const first = BigInt(`0x${destination}`);
    const hostBits = BigInt(128 - Number.parseInt(length, 16));
    return [
      {
        interfaceName: name,
        version: 6,
        first,
        last: first | ((1n << hostBits) - 1n),
        hasGateway: (flags & gatewayFlag) !== 0,
        gateway: BigInt(`0x${gateway ?? '0'}`),
      },
    ];
  });
}

const swapped = (hex: string): bigint => BigInt(Buffer.from(hex, 'hex').readUInt32LE(0));

/** Addresses of a network namespace: /proc/PID/net/fib_trie, a line `|-- address` before `/32 host LOCAL`; /proc/PID/net/if_inet6. */
export function parseOwnAddresses(fibTrie: string, ifInet6: string): readonly string[] {
  const ipv4 = [...fibTrie.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].flatMap(([, text]) => text ?? []);
  const ipv6 = ifInet6.split('\n').flatMap((line) => {
    const [hex = ''] = line.split(' ');
    return hex.length === 32 ? [renderIp({ version: 6, value: BigInt(`0x${hex}`) })] : [];
  });
  return [...new Set([...ipv4, ...ipv6])];
}

export interface Listening {
  readonly ip: IpAddress;
  readonly port: number;
  readonly inode: string;
}

/** /proc/PID/net/{tcp,udp}{,6}: state 0A listens, 07 of UDP is unconnected. */
export function parseListening(text: string, protocol: 'tcp' | 'udp'): readonly Listening[] {
  const wanted = protocol === 'tcp' ? '0A' : '07';
  return text
    .split('\n')
    .slice(1)
    .flatMap((line): readonly Listening[] => {
      const fields = line.trim().split(/\s+/);
      const [address = '', port = ''] = (fields[1] ?? '').split(':');
      if (fields[3] !== wanted) return [];
      const ip = addressOf(address);
      return ip === undefined ? [] : [{ ip, port: Number.parseInt(port, 16), inode: fields[9] ?? '' }];
    });
}

/** Groups of four bytes, each as it lies in memory. */
function addressOf(hex: string): IpAddress | undefined {
  const words = hex.match(/.{8}/g) ?? [];
  const value = words.reduce((sum, word) => (sum << 32n) | swapped(word), 0n);
  if (words.length === 1) return { version: 4, value };
  return words.length === 4 ? { version: 6, value } : undefined;
}

export const ipsOf = (
  texts: readonly string[],
): readonly { readonly text: string; readonly ip: IpAddress }[] =>
  texts.flatMap((text) => {
    const ip = parseIp(text);
    return ip === undefined ? [] : [{ text, ip }];
  });

export function renderIp({ version, value }: IpAddress): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => Number((value >> shift) & 0xffn)).join('.');
  const groups = value.toString(16).padStart(32, '0').match(/.{4}/g) ?? [];
  return groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':');
}
