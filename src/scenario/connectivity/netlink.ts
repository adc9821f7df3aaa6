import type { CallResult, Probe, SystemCall } from '../../core/probe.ts';
import { call } from '../isolation/calls.ts';
import { addressBytes } from './socket-calls.ts';

/** netlink(7), rtnetlink(7) and linux/neighbour.h. */
const [netlinkDomain, rawType, routeProtocol] = [16, 3, 0];
const messageTypes = {
  newAddress: 20,
  deleteAddress: 21,
  newNeighbour: 28,
  deleteNeighbour: 29,
  newRoute: 24,
  getRoute: 26,
} as const;
const flags = { request: 1, replace: 0x100, create: 0x400 } as const;
const permanent = 0x80;
/** linux/if_addr.h: IFA_LOCAL; IFA_F_NODAD, for nobody waits for it; the scope of a link. */
const [localAttribute, cacheAttribute, withoutDetection, linkScope] = [2, 6, 0x02, 253];
/** Seconds, after which the address goes by itself should nobody take it away. */
const lifetimeSeconds = 60;
const neighbourAttributes = { address: 1, hardware: 2 } as const;
const routeAttributes = { destination: 1, outgoing: 4, gateway: 5, via: 18 } as const;
/** ioctl(2) SIOCGIFINDEX of a struct ifreq, netdevice(7). */
const [getIndex, requestBytes, nameBytes] = [0x8933, 40, 16];

const families = { 4: 2, 6: 10 } as const;
const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

export interface Neighbour {
  readonly interfaceName: string;
  readonly address: string;
  readonly mac: string;
}

/**
 * Tells the kernel the hardware addresses of neighbours, or lets it forget them. Those it is told do not count against the limit of
 * its tables (arp(7), gc_thresh3: 1,024 for all namespaces of a machine), which those it asks for in a large network exceed.
 */
export async function tellNeighbours(
  probe: Probe,
  what: 'keep' | 'forget',
  neighbours: readonly Neighbour[],
): Promise<void> {
  if (neighbours.length === 0) return;
  const indexes = await interfaceIndexes(probe, [...new Set(neighbours.map((each) => each.interfaceName))]);
  const messages = neighbours.map(({ interfaceName, address, mac }) =>
    neighbourMessage(what, indexes.get(interfaceName) ?? 0, address, mac),
  );
  // A request of many messages ends at the first that fails: each goes by itself.
  await probe.calls([
    call('socket', netlinkDomain, rawType, routeProtocol),
    ...messages.map((message) => call('sendto', { result: 0 }, message, message.length, 0, 0, 0)),
    call('close', { result: 0 }),
  ]);
}

export async function interfaceIndexes(
  probe: Probe,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const request = (name: string): Uint8Array => Buffer.from(name.padEnd(requestBytes, '\0'), 'latin1');
  const results = await probe.calls([
    call('socket', families[4], 2, 0),
    ...names.map((name) => call('ioctl', { result: 0 }, getIndex, { inOut: request(name) })),
    call('close', { result: 0 }),
  ]);
  return new Map(names.map((name, index) => [name, readIndex(results[1 + index])]));
}

const readIndex = (result: CallResult | undefined): number =>
  result?.out[0] === undefined ? 0 : Buffer.from(result.out[0]).readInt32LE(nameBytes);

function neighbourMessage(what: 'keep' | 'forget', index: number, address: string, mac: string): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt8(families[familyOf(address)]);
  head.writeInt32LE(index, 4);
  head.writeUInt16LE(permanent, 8);
  const hardware = Uint8Array.from(mac.split(':').map((octet) => Number.parseInt(octet, 16)));
  const type = what === 'keep' ? messageTypes.newNeighbour : messageTypes.deleteNeighbour;
  return message(type, what === 'keep' ? flags.request | flags.create | flags.replace : flags.request, head, [
    [neighbourAttributes.address, addressBytes(address)],
    [neighbourAttributes.hardware, hardware],
  ]);
}

/** One more IPv6 address of a link, or one less; deprecated from the start, so that whoever has another of that scope uses the other. */
export async function changeLinkLocal(
  probe: Probe,
  what: 'add' | 'remove',
  index: number,
  address: string,
): Promise<CallResult | undefined> {
  const head = Buffer.from([families[6], 64, withoutDetection, linkScope, 0, 0, 0, 0]);
  head.writeInt32LE(index, 4);
  // struct ifa_cacheinfo: preferred, valid, and two times that the kernel keeps.
  const cache = Buffer.alloc(16);
  cache.writeUInt32LE(lifetimeSeconds, 4);
  const [type, more] =
    what === 'add' ? [messageTypes.newAddress, flags.create] : [messageTypes.deleteAddress, 0];
  const ask = message(type, flags.request | more, head, [
    [localAttribute, addressBytes(address)],
    [cacheAttribute, cache],
  ]);
  const [, sent] = await probe.calls([
    call('socket', netlinkDomain, rawType, routeProtocol),
    call('sendto', { result: 0 }, ask, ask.length, 0, 0, 0),
    call('close', { result: 0 }),
  ]);
  return sent;
}

/** What the kernel would do with a packet: keep it, put it on a link, or hand it to somebody who is to know the way. */
export type RouteKind = 'own' | 'link' | 'gateway';

export interface KernelRoute {
  readonly kind: RouteKind;
  /** Of the interface over which it would leave; undefined: the kernel did not say. */
  readonly interfaceIndex?: number;
}

/** Asking sends nothing. Undefined: there was no answer. */
export async function routeTo(probe: Probe, address: string): Promise<KernelRoute | undefined> {
  const bytes = addressBytes(address);
  const head = Buffer.alloc(12);
  head.writeUInt8(families[familyOf(address)]);
  head.writeUInt8(bytes.length * 8, 1);
  const ask = message(messageTypes.getRoute, flags.request, head, [[routeAttributes.destination, bytes]]);
  const [, , answer] = await probe.calls([
    call('socket', netlinkDomain, rawType, routeProtocol),
    call('sendto', { result: 0 }, ask, ask.length, 0, 0, 0),
    call('recvfrom', { result: 0 }, { out: 1024 }, 1024, 0, 0, 0),
    call('close', { result: 0 }),
  ] satisfies readonly SystemCall[]);
  const data = Buffer.from(answer?.out[0] ?? []).subarray(0, Math.max(0, answer?.value ?? 0));
  if (data.length < headBytes + 12 || data.readUInt16LE(4) !== messageTypes.newRoute) return undefined;
  const index = attributeOf(data, routeAttributes.outgoing)?.readInt32LE();
  const found = index === undefined ? {} : { interfaceIndex: index };
  if ([routeAttributes.gateway, routeAttributes.via].some((one) => attributeOf(data, one) !== undefined))
    return { kind: 'gateway', ...found };
  // struct rtmsg, rtm_type: RTN_LOCAL.
  return { kind: data[headBytes + 7] === 2 ? 'own' : 'link', ...found };
}

const headBytes = 16;

function message(
  type: number,
  messageFlags: number,
  head: Uint8Array,
  attributes: readonly (readonly [type: number, value: Uint8Array])[],
): Uint8Array {
  const encoded = attributes.map(([attribute, value]) => {
    const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3));
    bytes.writeUInt16LE(4 + value.length);
    bytes.writeUInt16LE(attribute, 2);
    bytes.set(value, 4);
    return bytes;
  });
  const all = Buffer.concat([Buffer.alloc(headBytes), head, ...encoded]);
  all.writeUInt32LE(all.length);
  all.writeUInt16LE(type, 4);
  all.writeUInt16LE(messageFlags, 6);
  return all;
}

function attributeOf(data: Buffer, wanted: number): Buffer | undefined {
  for (let at = headBytes + 12; at + 4 <= data.length; ) {
    const length = data.readUInt16LE(at);
    if (length < 4) return undefined;
    if (data.readUInt16LE(at + 2) === wanted) return data.subarray(at + 4, at + length);
    at += (length + 3) & ~3;
  }
  return undefined;
}
