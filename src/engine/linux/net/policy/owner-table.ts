import { ipToBytes } from '../ip.ts';
import type { Expression } from '../netfilter/expression.ts';
import {
  accept,
  be16,
  drop,
  encodeKey,
  hasBytes,
  isIn,
  isProtocol,
  type KeyPart,
  keyBytes,
  part,
  portIndex,
} from '../netfilter/match.ts';
import type { Chain, KeySet } from '../netfilter/table.ts';
import type { PolicyMember } from './policy-member.ts';

/** linux/if_ether.h, as it stands in the frame: `meta protocol` would look through a VLAN tag, which connection tracking does not. */
const isFrameOf = (etherType: number): readonly Expression[] => hasBytes('link', 12, be16(etherType));
const isIpv4 = isFrameOf(0x0800);
const isArp = isFrameOf(0x0806);
const isIpv6 = isFrameOf(0x86dd);

/** Port . hardware address . address: who sends has all three of one member, and so has who is sent to. */
export const ownerSetOf = (family: 4 | 6): string => `owners${family}`;

const isOwn = (family: 4 | 6, mac: KeyPart, ip: KeyPart): readonly Expression[] =>
  isIn(ownerSetOf(family), [part.inputPort, mac, ip]);

export const ownerSets: readonly KeySet[] = [
  { name: ownerSetOf(4), keyBytes: keyBytes([part.inputPort, part.etherSource, part.ipv4Source]) },
  { name: ownerSetOf(6), keyBytes: keyBytes([part.inputPort, part.etherSource, part.ipv6Source]) },
];

export function ownerKeys(members: readonly PolicyMember[], family: 4 | 6): readonly Uint8Array[] {
  return members.flatMap(({ port, mac, addresses }) =>
    addresses
      .filter((address) => address.family === family)
      .map((address) => encodeKey([portIndex(port), mac, ipToBytes(address)])),
  );
}

/** RFC 826: Ethernet, IPv4, and the lengths of their addresses. */
const isArpOfIpv4: readonly Expression[] = [
  ...hasBytes('network', 0, Uint8Array.of(0, 1, 8, 0)),
  ...hasBytes('network', 4, Uint8Array.of(6, 4)),
];

/**
 * Before the bridge learns anything from a frame: it is of the member behind that port, whatever it says, or it is dropped. So nobody gains
 * what another may by taking its addresses. Frames that are neither IPv4, IPv6 nor ARP go nowhere.
 */
export const senderChain: Chain = {
  name: 'senders',
  hook: { at: 'prerouting', priority: -300, policy: 'drop' },
  rules: [
    [...isIpv4, ...isOwn(4, part.etherSource, part.ipv4Source), accept],
    [...isIpv6, ...isOwn(6, part.etherSource, part.ipv6Source), accept],
    [
      ...isArp,
      ...isArpOfIpv4,
      ...isOwn(4, part.etherSource, part.arpSenderIp),
      ...isOwn(4, part.arpSenderMac, part.arpSenderIp),
      accept,
    ],
  ],
};

/** RFC 4861: neighbour discovery's two messages, and the types of their options. */
const solicitation = 135;
const advertisement = 136;
const sourceOption = 1;
const targetOption = 2;

const isMessage = (type: number): readonly Expression[] => [
  ...isIpv6,
  ...isProtocol('icmpv6'),
  ...hasBytes('transport', 0, Uint8Array.of(type)),
];

const hasFirstOption = (type: number): readonly Expression[] =>
  hasBytes('transport', 24, Uint8Array.of(type, 1));

/** The IPv6 header's length and next header: ICMPv6 of 24 bytes, which is an advertisement without options. */
const hasNoOptions = hasBytes('network', 4, Uint8Array.of(0, 24, 58));

/** Of several options of one type receivers take the first (net/ipv6/ndisc.c), so the first is the one that must be true. */
export const neighbourChains: readonly Chain[] = [
  {
    name: 'solicitations',
    rules: [
      [
        ...hasFirstOption(sourceOption),
        ...isOwn(6, part.ndFirstOptionMac, part.ipv6Source),
        ...isOwn(6, part.etherSource, part.ipv6Source),
        accept,
      ],
      [drop],
    ],
  },
  {
    name: 'advertisements',
    rules: [
      [
        ...hasFirstOption(targetOption),
        ...isOwn(6, part.ndFirstOptionMac, part.ndTarget),
        ...isOwn(6, part.etherSource, part.ndTarget),
        accept,
      ],
      [...hasNoOptions, ...isOwn(6, part.etherSource, part.ndTarget), accept],
      [drop],
    ],
  },
];

const isReceiver = (family: 4 | 6): readonly Expression[] =>
  isIn(ownerSetOf(family), [
    part.outputPort,
    part.etherDestination,
    family === 4 ? part.ipv4Destination : part.ipv6Destination,
  ]);

/**
 * Once fragments are whole: neighbour discovery says what is true; and a packet goes to the port of the member that it is for, and to
 * nobody else who might listen. Multicast and broadcast are for nobody in particular, and go nowhere. `passed` is what becomes of the rest.
 */
export const receiverChain = (passed: (family: 4 | 6) => Expression): Chain => ({
  name: 'receivers',
  hook: { at: 'forward', priority: -200, policy: 'drop' },
  rules: [
    [...isArp, accept],
    [...isMessage(solicitation), { kind: 'jump', chain: 'solicitations' }],
    [...isMessage(advertisement), { kind: 'jump', chain: 'advertisements' }],
    [...isIpv4, ...isReceiver(4), passed(4)],
    [...isIpv6, ...isReceiver(6), passed(6)],
  ],
});
