import type { AllowedEdge, NetworkPolicy } from '../../../../core/network-policy.ts';
import { type IpAddress, ipToBytes } from '../ip.ts';
import type { Expression } from '../netfilter/expression.ts';
import { be16, encodeKey, ipProtocols, isIn, type KeyPart, keyBytes, part } from '../netfilter/match.ts';
import type { PolicyMember } from './policy-member.ts';

/**
 * Edges with the same parts given stand in one set, which is looked up in constant time however many they are: `web -> db:5432` and
 * `* -> db:5432` in two, for their keys have different parts.
 */
export interface AllowSet {
  readonly name: string;
  readonly family: 4 | 6;
  readonly keyBytes: number;
  readonly shape: Shape;
  readonly edges: readonly AllowedEdge[];
}

interface Shape {
  readonly from: boolean;
  readonly to: boolean;
  readonly port: boolean;
}

export function allowSets(policy: NetworkPolicy): readonly AllowSet[] {
  const byName = new Map<string, { readonly shape: Shape; readonly edges: AllowedEdge[] }>();
  for (const edge of policy.allow) {
    const shape = { from: edge.from !== undefined, to: edge.to !== undefined, port: edge.port !== undefined };
    const name = ['allow', ...Object.entries(shape).flatMap(([key, given]) => (given ? [key] : []))].join(
      '_',
    );
    const found = byName.get(name) ?? { shape, edges: [] };
    found.edges.push(edge);
    byName.set(name, found);
  }
  return [...byName].flatMap(([name, { shape, edges }]) =>
    ([4, 6] as const).map((family) => {
      const parts = partsOf({ family, shape }, 'opens');
      return { name: `${name}${family}`, family, shape, edges, keyBytes: keyBytes(parts) };
    }),
  );
}

/** An edge allows this packet: as one that opens something, or as one that answers it. */
export const isAllowed = (set: AllowSet, how: 'opens' | 'answers'): readonly Expression[] =>
  isIn(set.name, partsOf(set, how));

export function allowKeys(
  { family, edges }: AllowSet,
  members: readonly PolicyMember[],
): readonly Uint8Array[] {
  const keys = new Map<string, Uint8Array>();
  for (const edge of edges) {
    for (const from of endsOf(edge.from, members, family)) {
      for (const to of endsOf(edge.to, members, family)) {
        const key = encodeKey([...from, ...to, protocolOf(edge, family), ...portOf(edge)]);
        keys.set(Buffer.from(key).toString('latin1'), key);
      }
    }
  }
  return [...keys.values()];
}

const sourceOf = { 4: part.ipv4Source, 6: part.ipv6Source } as const;
const destinationOf = { 4: part.ipv4Destination, 6: part.ipv6Destination } as const;

function partsOf(
  { family, shape }: Pick<AllowSet, 'family' | 'shape'>,
  how: 'opens' | 'answers',
): readonly KeyPart[] {
  const opens = how === 'opens';
  return [
    ...(shape.from ? [opens ? sourceOf[family] : destinationOf[family]] : []),
    ...(shape.to ? [opens ? destinationOf[family] : sourceOf[family]] : []),
    part.protocol,
    ...(shape.port ? [opens ? part.destinationPort : part.sourcePort] : []),
  ];
}

/** One end's part of the key, for each address it may be; no part for everyone. */
function endsOf(
  names: readonly string[] | undefined,
  members: readonly PolicyMember[],
  family: 4 | 6,
): readonly (readonly Uint8Array[])[] {
  if (names === undefined) return [[]];
  return members
    .filter(({ container }) => names.includes(container))
    .flatMap(({ addresses }) => addresses)
    .filter((address: IpAddress) => address.family === family)
    .map((address) => [ipToBytes(address)]);
}

function protocolOf({ protocol }: AllowedEdge, family: 4 | 6): Uint8Array {
  const isIcmp6 = protocol === 'icmp' && family === 6;
  return Uint8Array.of(ipProtocols[isIcmp6 ? 'icmpv6' : protocol]);
}

const portOf = ({ port }: AllowedEdge): readonly Uint8Array[] => (port === undefined ? [] : [be16(port)]);
