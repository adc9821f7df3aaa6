import { MayflyError } from '../../../../core/mayfly-error.ts';
import type { NetworkPolicy } from '../../../../core/network-policy.ts';
import { ipToBytes } from '../ip.ts';
import type { Expression } from '../netfilter/expression.ts';
import {
  accept,
  drop,
  encodeKey,
  hasBits,
  hasBytes,
  isConnection,
  isDirection,
  isFamily,
  isIn,
  isProtocol,
  type KeyPart,
  part,
} from '../netfilter/match.ts';
import { type Chain, fillSet, newTable, type Table } from '../netfilter/table.ts';
import type { NetlinkMessage } from '../netlink/message.ts';
import { type AllowSet, allowKeys, allowSets, isAllowed } from './allow-sets.ts';
import {
  neighbourChains,
  ownerKeys,
  ownerSetOf,
  ownerSets,
  receiverChain,
  senderChain,
} from './owner-table.ts';
import type { PolicyMember } from './policy-member.ts';

/** `stateful`: the kernel knows which packets belong to a connection. Without, TCP by its flags and echoes by their types. */
export type PolicyKind = 'stateful' | 'stateless';

const families = [4, 6] as const;
const tableName = 'mayfly';

/** The tables of a network with a policy. */
export function policyTables(policy: NetworkPolicy, kind: PolicyKind): readonly Table[] {
  const sets = allowSets(policy);
  const ofSets = sets.map(({ name, keyBytes }) => ({ name, keyBytes }));
  if (kind === 'stateless') {
    const chains = [senderChain, statelessChain(4, sets), statelessChain(6, sets), ...neighbourChains];
    const receivers = receiverChain((family) => ({ kind: 'jump', chain: statelessName(family) }));
    return [
      { family: 'bridge', name: tableName, sets: [...ownerSets, ...ofSets], chains: [...chains, receivers] },
    ];
  }
  const receivers = receiverChain(() => accept);
  return [
    {
      family: 'bridge',
      name: tableName,
      sets: ownerSets,
      chains: [senderChain, ...neighbourChains, receivers],
    },
    { family: 'inet', name: tableName, sets: [...ofSets, ...sameSets], chains: [statefulChain(sets)] },
  ];
}

/** Makes the tables, with nobody in them: nothing passes. */
export const planPolicy = (policy: NetworkPolicy, kind: PolicyKind): readonly NetlinkMessage[] =>
  policyTables(policy, kind).flatMap(newTable);

/**
 * Who is on the network from now on, all of them; connections that are open and still allowed stay open. A batch for each set, because the
 * kernel takes about 200 kB at once.
 */
export function planMembers(
  policy: NetworkPolicy,
  kind: PolicyKind,
  members: readonly PolicyMember[],
): readonly (readonly NetlinkMessage[])[] {
  const bridge = { family: 'bridge', name: tableName } as const;
  const inet = { family: 'inet', name: tableName } as const;
  const allowed = allowSets(policy).map((set) => ({ set, keys: allowKeys(set, members) }));
  const most = Math.max(0, ...allowed.map(({ keys }) => keys.length));
  if (most > mostKeys) {
    const message = `a policy allows ${most} pairs of members; the limit is ${mostKeys}`;
    throw new MayflyError('SCENARIO_LIMIT', message, { hint: 'write rules with *' });
  }
  return [
    ...families.map((family) => fillSet(bridge, ownerSetOf(family), ownerKeys(members, family))),
    ...(kind === 'stateful'
      ? families.map((family) => fillSet(inet, sameSetOf(family), sameKeys(members, family)))
      : []),
    ...allowed.map(({ set, keys }) => fillSet(kind === 'stateful' ? inet : bridge, set.name, keys)),
  ];
}

/** Of one set, with about 56 bytes each. */
const mostKeys = 3_500;

/** Pairs of a member's address and itself: a look-up that says whether two addresses of a packet are the same. */
const sameSetOf = (family: 4 | 6): string => `same${family}`;
const sameSets = [
  { name: sameSetOf(4), keyBytes: 8 },
  { name: sameSetOf(6), keyBytes: 32 },
];

const sameKeys = (members: readonly PolicyMember[], family: 4 | 6): readonly Uint8Array[] =>
  members.flatMap(({ addresses }) =>
    addresses
      .filter((address) => address.family === family)
      .map((address) => encodeKey([ipToBytes(address), ipToBytes(address)])),
  );

/**
 * What an edge allows passes in the direction it was opened, connection or not; the other direction passes for as long as the connection is
 * known. Both are looked up by who is there now, so that rights end when an address changes hands: whoever comes after does not answer
 * in its predecessor's place. An ICMP error must come from the very address that it speaks of: on one
 * bridge there are no routers that could have a say.
 */
function statefulChain(sets: readonly AllowSet[]): Chain {
  return {
    name: 'policy',
    hook: { at: 'forward', priority: 0, policy: 'drop' },
    rules: [
      ...sets.map((set) => [
        ...isFamily(set.family),
        ...isDirection('reply'),
        ...isConnection('established'),
        ...isAllowed(set, 'answers'),
        accept,
      ]),
      ...sets.map((set) => [...isFamily(set.family), ...isAllowed(set, 'opens'), accept]),
      ...families.map((family) => [
        ...isFamily(family),
        ...isConnection('related'),
        ...isProtocol(family === 4 ? 'icmp' : 'icmpv6'),
        ...isIn(sameSetOf(family), errorParts[family]),
        accept,
      ]),
      // Neighbour discovery, which the table of owners has looked at; connection tracking leaves it alone.
      ...[135, 136].map((type) => [
        ...isFamily(6),
        ...isProtocol('icmpv6'),
        ...hasBytes('transport', 0, Uint8Array.of(type)),
        accept,
      ]),
    ],
  };
}

/** The sender of an ICMP error, and whom the packet was for that it quotes behind its own eight bytes. */
const errorParts: Readonly<Record<4 | 6, readonly KeyPart[]>> = {
  4: [part.ipv4Source, part.quotedIpv4Destination],
  6: [part.ipv6Source, part.quotedIpv6Destination],
};

const statelessName = (family: 4 | 6): string => `policy${family}`;

/** linux/tcp.h: SYN and ACK in the byte of flags; linux/icmp.h, linux/icmpv6.h: echo request and reply. */
const isOpening = hasBits('transport', 13, 0x12, 0x02);
const echoes = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } } as const;

/** A TCP segment opens if it has SYN and no ACK; every other is of a connection that some edge allowed to be opened. */
function statelessChain(family: 4 | 6, sets: readonly AllowSet[]): Chain {
  const own = sets.filter((set) => set.family === family);
  const icmp = isProtocol(family === 4 ? 'icmp' : 'icmpv6');
  const isType = (type: number): readonly Expression[] => hasBytes('transport', 0, Uint8Array.of(type));
  const { request, reply } = echoes[family];
  return {
    name: statelessName(family),
    rules: [
      ...own.map((set) => [...isProtocol('tcp'), ...isOpening, ...isAllowed(set, 'opens'), accept]),
      [...isProtocol('tcp'), ...isOpening, drop],
      ...own.flatMap((set) => [
        [...isProtocol('tcp'), ...isAllowed(set, 'opens'), accept],
        [...isProtocol('tcp'), ...isAllowed(set, 'answers'), accept],
        [...icmp, ...isType(request), ...isAllowed(set, 'opens'), accept],
        [...icmp, ...isType(reply), ...isAllowed(set, 'answers'), accept],
      ]),
      [drop],
    ],
  };
}
