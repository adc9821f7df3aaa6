import type { NetworkSpec } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { type Cidr, cidrOf, cidrSize, cidrsOverlap, parseCidr, renderCidr } from './cidr.ts';
import { seededNumbers } from './seeded-numbers.ts';

/** A network with the ranges its members get addresses from. */
export interface AllocatedNetwork {
  readonly name: string;
  readonly subnet4: Cidr;
  /** Undefined where the host has no IPv6, and where the scenario declares an IPv4 subnet only. */
  readonly subnet6?: Cidr;
  /** The scenario named the subnet itself, so static addresses in it are allowed. */
  readonly declared4: boolean;
  readonly declared6: boolean;
  readonly egress: boolean;
}

export interface PoolOptions {
  readonly seed: number;
  /** Ranges the host itself routes: a container with egress could not reach them if a network covered them. */
  readonly hostRanges: readonly Cidr[];
  readonly ipv6: boolean;
}

/** Tries before giving up; 65,536 ranges are in the pool, so even 1,000 networks meet a free one long before. */
const mostTries = 10_000;
/** Smaller leaves no room for two members beside the base, the gateway's place and the broadcast address. */
const smallestSize = 8n;

/**
 * A subnet for every network: the one of `ipam`, or a /24 below 10.0.0.0/8 and a unique local /64 (RFC 4193). Every
 * network has a namespace of its own, so runs cannot collide whatever they choose; only networks of one run must be apart, for a
 * container may be on several. Whoever declares an IPv4 subnet only gets an IPv4 network, as in Compose.
 */
export function allocateSubnets(
  networks: readonly NetworkSpec[],
  options: PoolOptions,
): readonly AllocatedNetwork[] {
  const declared = networks.map((network) => ({
    subnet4: parseSubnet(network.name, network.subnet4, 4),
    subnet6: parseSubnet(network.name, network.subnet6, 6),
  }));
  const taken = declaredRanges(networks, declared);
  const random = seededNumbers(options.seed);
  const nextSubnet4 = freeRanges(() => poolSubnet4(random()), taken, options.hostRanges);
  const nextSubnet6 = freeRanges(() => poolSubnet6(random), taken, options.hostRanges);
  return networks.map(({ name, egress }, at) => {
    const own = declared[at];
    const subnet4 = own?.subnet4 ?? nextSubnet4(name);
    const base = {
      name,
      egress,
      subnet4,
      declared4: own?.subnet4 !== undefined,
      declared6: own?.subnet6 !== undefined,
    };
    if (!options.ipv6 || (base.declared4 && !base.declared6)) return base;
    return { ...base, subnet6: own?.subnet6 ?? nextSubnet6(name) };
  });
}

function freeRanges(
  candidate: () => Cidr,
  taken: Cidr[],
  hostRanges: readonly Cidr[],
): (network: string) => Cidr {
  return (network) => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const subnet = candidate();
      if ([...taken, ...hostRanges].some((range) => cidrsOverlap(range, subnet))) continue;
      taken.push(subnet);
      return subnet;
    }
    throw new MayflyError(
      'NETWORK_FAILED',
      `no subnet is left for network ${network}: the host's routes and the other networks cover the pool`,
      {
        hint: 'declare one: ipam: { config: [{ subnet: 192.0.2.0/24 }] }',
      },
    );
  };
}

function poolSubnet4(random: number): Cidr {
  return cidrOf({ family: 4, value: (10n << 24n) | (BigInt(random & 0xffff) << 8n) }, 24);
}

/** fd00::/8, 40 bits of global id, 16 of subnet id. */
function poolSubnet6(random: () => number): Cidr {
  const prefix = (0xfdn << 56n) | (BigInt(random() & 0xff_ffff) << 32n) | BigInt(random());
  return cidrOf({ family: 6, value: prefix << 64n }, 64);
}

function parseSubnet(network: string, text: string | undefined, family: 4 | 6): Cidr | undefined {
  if (text === undefined) return undefined;
  const subnet = parseCidr(text);
  if (subnet?.base.family === family && cidrSize(subnet) >= smallestSize && subnet.prefixLength >= 8)
    return subnet;
  const example = family === 4 ? '10.20.0.0/24' : 'fd00:20::/64';
  throw new MayflyError(
    'SCENARIO_WRONG_VALUE',
    `network ${network}: ${text} is no IPv${family} subnet that can be used`,
    {
      hint: `write the base address and a prefix length of 8 to ${family === 4 ? 29 : 125}, for example ${example}`,
    },
  );
}

function declaredRanges(
  networks: readonly NetworkSpec[],
  declared: readonly { readonly subnet4: Cidr | undefined; readonly subnet6: Cidr | undefined }[],
): Cidr[] {
  const ranges: { readonly network: string; readonly subnet: Cidr }[] = [];
  declared.forEach(({ subnet4, subnet6 }, at) => {
    for (const subnet of [subnet4, subnet6]) {
      if (subnet === undefined) continue;
      const network = networks[at]?.name ?? '';
      const other = ranges.find((range) => cidrsOverlap(range.subnet, subnet));
      if (other !== undefined) throw overlapping(network, subnet, other.network, other.subnet);
      ranges.push({ network, subnet });
    }
  });
  return ranges.map(({ subnet }) => subnet);
}

function overlapping(network: string, subnet: Cidr, otherNetwork: string, other: Cidr): MayflyError {
  const message = `networks ${otherNetwork} (${renderCidr(other)}) and ${network} (${renderCidr(subnet)}) overlap`;
  return new MayflyError('SCENARIO_WRONG_VALUE', message, {
    hint: 'give each network a range of its own, or leave the subnets out',
  });
}
