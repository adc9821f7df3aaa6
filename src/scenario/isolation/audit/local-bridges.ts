import type { ForeignWitness } from '../../../core/foreign-process.ts';
import type { IpAddress } from '../../plan/network/ip-address.ts';
import { ipsOf, parseOwnAddresses, parseRoutes4 } from '../network-tables.ts';
import { routeOf } from '../outside-world.ts';

/**
 * Whether a next hop is this host itself, on a bridge that leads to nothing but this host: what is sent there stays on the machine. By
 * macvlan, a bridge with a card or a tunnel to elsewhere, it would be sent into a network of others.
 */
export function isOnLocalBridge(nextHop: IpAddress, witness: ForeignWitness): boolean {
  if (!isOfThisNetwork(witness)) return false;
  const name = interfaceOf(nextHop, witness);
  const ports = name === undefined ? undefined : witness.listHost(`/sys/class/net/${name}/brif`);
  return ports?.every((port) => isLocalPort(port, witness)) === true;
}

/** /sys shows the interfaces of the network namespace it was mounted in, which may be another than the runner's. */
function isOfThisNetwork(witness: ForeignWitness): boolean {
  const own = [...(witness.readSelf('net/dev') ?? '').matchAll(/^\s*([^\s:|]+):/gm)].flatMap(
    ([, name]) => name ?? [],
  );
  const shown = witness.listHost('/sys/class/net') ?? [];
  return own.length > 0 && own.every((name) => shown.includes(name));
}

/** Only where the address is one of this host's. */
function interfaceOf({ version, value }: IpAddress, witness: ForeignWitness): string | undefined {
  const ifInet6 = witness.readSelf('net/if_inet6') ?? '';
  if (version === 6)
    return ifInet6
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .find(([hex]) => hex?.length === 32 && BigInt(`0x${hex}`) === value)?.[5];
  const own = ipsOf(parseOwnAddresses(witness.readSelf('net/fib_trie') ?? '', ''));
  if (!own.some(({ ip }) => ip.value === value)) return undefined;
  const route = routeOf({ version, value }, parseRoutes4(witness.readSelf('net/route') ?? ''));
  return route?.hasGateway === false ? route.interfaceName : undefined;
}

/** Interfaces of namespaces and of virtual machines have neither hardware, nor something below, nor a kind (sysfs-class-net; SET_NETDEV_DEVTYPE). */
function isLocalPort(port: string, witness: ForeignWitness): boolean {
  const place = `/sys/class/net/${port}`;
  const names = witness.listHost(place);
  const kind = witness.readHost(`${place}/uevent`);
  if (names === undefined || kind === undefined) return false;
  return !names.some((name) => name === 'device' || name.startsWith('lower_')) && !/^DEVTYPE=/m.test(kind);
}
