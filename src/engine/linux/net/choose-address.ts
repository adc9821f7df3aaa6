import { MayflyError } from '../../../core/mayfly-error.ts';
import { addressAt, type Cidr, cidrContains, cidrSize, renderCidr } from './cidr.ts';
import { type IpAddress, parseIp, renderIp } from './ip.ts';

export interface AddressRequest {
  /** For messages. */
  readonly network: string;
  readonly container: string;
  readonly subnet: Cidr;
  /** The scenario declared the subnet; only then are static addresses allowed, as in Docker. */
  readonly declared: boolean;
  /** A static address. */
  readonly wanted?: string;
  /** Rendered addresses in use or promised to others. */
  readonly taken: ReadonlySet<string>;
}

/** Base, the gateway's place (unused: there is no gateway, but images expect .1 to be one), broadcast. */
const reservedAtStart = 2n;
/** How far dynamic allocation looks: no run has as many containers. */
const mostLooked = 65_536n;

/** The address a container gets on a network: the one it wants, or the first free one. */
export function chooseAddress(request: AddressRequest): IpAddress {
  if (request.wanted !== undefined) return staticAddress(request, request.wanted);
  const free = firstFree(request);
  if (free !== undefined) return free;
  const { network, subnet, container } = request;
  const message = `network ${network} (${renderCidr(subnet)}) has no address left for ${container}`;
  throw new MayflyError('NETWORK_FAILED', message, { hint: 'declare a larger subnet in `ipam`' });
}

/**
 * In a declared subnet dynamic addresses begin in the upper half: people write static ones near the start, and those of
 * containers that start later are not known yet. Undefined when all are taken.
 */
export function firstFree({
  subnet,
  declared,
  taken,
}: Pick<AddressRequest, 'subnet' | 'declared' | 'taken'>): IpAddress | undefined {
  const usable = cidrSize(subnet) - reservedAtStart - 1n;
  const start = declared ? usable / 2n : 0n;
  const looked = usable < mostLooked ? usable : mostLooked;
  for (let step = 0n; step < looked; step += 1n) {
    const address = addressAt(subnet, reservedAtStart + ((start + step) % usable));
    if (!taken.has(renderIp(address))) return address;
  }
  return undefined;
}

function staticAddress(request: AddressRequest, wanted: string): IpAddress {
  const { subnet, declared, taken } = request;
  const address = parseIp(wanted);
  if (address?.family !== subnet.base.family)
    throw refused(request, wanted, `is no IPv${subnet.base.family} address`);
  if (!declared) throw refused(request, wanted, 'needs a subnet declared in `ipam` of the network');
  if (!cidrContains(subnet, address)) throw refused(request, wanted, `is outside of ${renderCidr(subnet)}`);
  const offset = address.value - subnet.base.value;
  if (offset < reservedAtStart || offset === cidrSize(subnet) - 1n)
    throw refused(request, wanted, 'is reserved (base, gateway, broadcast)');
  if (taken.has(renderIp(address))) throw refused(request, wanted, 'is in use');
  return address;
}

function refused({ network, container }: AddressRequest, wanted: string, why: string): MayflyError {
  return new MayflyError('SCENARIO_WRONG_VALUE', `${container} on network ${network}: ${wanted} ${why}`, {
    hint: 'choose another address, or leave it out',
  });
}
