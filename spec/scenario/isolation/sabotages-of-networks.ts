import type { PublishedPort } from '../../../src/core/container.ts';
import { type Cidr, parseCidr } from '../../../src/engine/linux/net/cidr.ts';
import { type IpAddress, parseIp } from '../../../src/engine/linux/net/ip.ts';
import { newAddress } from '../../../src/engine/linux/net/netlink/address.ts';
import { newBridge } from '../../../src/engine/linux/net/netlink/link.ts';
import { encodeMessages, type NetlinkMessage } from '../../../src/engine/linux/net/netlink/message.ts';
import { newRoute, type Route } from '../../../src/engine/linux/net/netlink/route.ts';
import { bridgeIndex } from '../../../src/engine/linux/net/plan-network.ts';
import { writeSysctl } from '../../../src/engine/linux/net/write-sysctl.ts';
import { ContainerNetworks } from '../../../src/engine/linux/sandbox/container-networks.ts';
import { SandboxNetworks } from '../../../src/engine/linux/sandbox/sandbox-networks.ts';
import type { Op, Tape } from '../../../src/engine/linux/tape/op.ts';
import type { Sabotage } from './isolation-kit.ts';

/** The first interface of a container, as plan-attach.ts numbers it. */
const eth0 = bridgeIndex + 1;
const front = Buffer.from([10, 91, 7]);

const ip = (text: string): IpAddress => parseIp(text) ?? { family: 4, value: 0n };
const cidr = (text: string): Cidr => parseCidr(text) ?? { base: ip('0.0.0.0'), prefixLength: 32 };
const addressOf = (index: number, text: string): NetlinkMessage =>
  newAddress(index, ip(text.replace(/\/.*/, '')), cidr(text.replace(/^([^/]*)\/.*/, text)));

/** Messages to the kernel, right after those that make the bridge of a network, or the interfaces of a container. */
const after =
  (isIt: (messages: Buffer) => boolean, messages: readonly NetlinkMessage[]) =>
  (op: Op): Tape =>
    op.kind === 'netlink' && isIt(Buffer.from(op.messages))
      ? [op, { ...op, messages: encodeMessages(messages) }]
      : [op];

const makesBridge = (messages: Buffer): boolean => messages.includes('br0');
const makesInterfaces = (messages: Buffer): boolean => messages.includes(front) && !makesBridge(messages);

/** The network's namespace plays the world outside, with these addresses; members are told the way there. */
function outside(addresses: readonly string[], routes: readonly Route[]): (op: Op) => Tape {
  const onBridge = after(
    makesBridge,
    addresses.map((text) => addressOf(bridgeIndex, text)),
  );
  const inContainer = after(makesInterfaces, routes.map(newRoute));
  return (op) =>
    op.kind === 'netlink' && makesBridge(Buffer.from(op.messages)) ? onBridge(op) : inContainer(op);
}

const to = (destination: string): Route => ({ kind: 'to', destination: cidr(destination), index: eth0 });

/** Members of the second network are put on the bridge of the first, with addresses of its subnet: as those of another scenario would be. */
function oneBridgeForAll(): () => void {
  const { attach } = SandboxNetworks.prototype;
  SandboxNetworks.prototype.attach = function (container, wanted, interfaceNumber) {
    const onFront = attach.call(this, container, { ...wanted, network: 'front' }, interfaceNumber);
    return { ...onFront, network: wanted.network };
  };
  return () => {
    SandboxNetworks.prototype.attach = attach;
  };
}

/** A member of the first network is put on the bridge of the second, where nobody of its own is. */
function apartFromItsNetwork(): () => void {
  const { attach } = SandboxNetworks.prototype;
  SandboxNetworks.prototype.attach = function (container, wanted, interfaceNumber) {
    const own = attach.call(this, container, wanted, interfaceNumber);
    if (container !== 'two') return own;
    const { networkSocket, port } = attach.call(
      this,
      container,
      { network: 'back', aliases: [] },
      interfaceNumber,
    );
    return { ...own, networkSocket, port };
  };
  return () => {
    SandboxNetworks.prototype.attach = attach;
  };
}

/** The name server gives everybody's names to everybody. */
function tellAllNames(): () => void {
  const { members } = ContainerNetworks.prototype;
  ContainerNetworks.prototype.members = function () {
    return members.call(this).map((member) => ({
      ...member,
      attachments: member.attachments.flatMap((each) =>
        ['front', 'back'].map((network) => ({ ...each, network })),
      ),
    }));
  };
  return () => {
    ContainerNetworks.prototype.members = members;
  };
}

const port: PublishedPort = { hostAddress: '127.0.0.1', hostPort: 0, containerPort: 80, protocol: 'tcp' };

const publishing =
  (ports: readonly PublishedPort[]): NonNullable<Sabotage['declares']> =>
  (usual) => ({ ...usual, ports });

const stranger = {
  'net.no-host': 'a stranger on the link may be the host',
  'net.no-cross-scenario': 'a stranger on the link may be of another scenario',
};

export const sabotagesOfNetworks: readonly Sabotage[] = [
  {
    name: 'a bridge with an address, as Docker’s has one',
    tape: after(makesBridge, [addressOf(bridgeIndex, '10.91.7.1/24')]),
    breaks: stranger,
  },
  {
    name: 'a bridge with an IPv6 address somewhere',
    tape: (op) =>
      op.kind === 'writeFile' && op.path.endsWith('disable_ipv6')
        ? []
        : after(makesBridge, [addressOf(bridgeIndex, 'fd91:7::beef/64')])(op),
    breaks: stranger,
  },
  {
    name: 'a gateway to a world outside',
    tape: outside(
      ['10.91.7.1/24', '192.0.2.1/32', '169.254.169.254/32'],
      [{ kind: 'default', gateway: ip('10.91.7.1'), index: eth0 }],
    ),
    breaks: {
      'net.no-internet': 'what is broken',
      'net.no-metadata': 'a default route leads there, too',
      ...stranger,
    },
  },
  {
    name: 'a way to the internet alone',
    tape: outside(['198.51.100.1/32'], [to('198.51.100.0/24')]),
    breaks: { 'net.no-internet': 'what is broken' },
  },
  {
    name: 'a way to a metadata service alone',
    tape: outside(['169.254.169.254/32'], [to('169.254.169.254/32')]),
    breaks: { 'net.no-metadata': 'what is broken' },
  },
  {
    name: 'loopback addresses that leave the machine',
    tape: (op) =>
      op.kind === 'netlink' && makesInterfaces(Buffer.from(op.messages))
        ? [op, writeSysctl('net.ipv4.conf.all.route_localnet', 1)]
        : [op],
    breaks: { 'net.no-host': 'what is broken' },
  },
  {
    name: 'loopback addresses that leave the machine by one interface',
    tape: (op) =>
      op.kind === 'netlink' && makesInterfaces(Buffer.from(op.messages))
        ? [op, writeSysctl('net.ipv4.conf.eth0.route_localnet', 1)]
        : [op],
    breaks: { 'net.no-host': 'what is broken' },
  },
  {
    name: 'names of strangers',
    around: tellAllNames,
    breaks: { 'net.dns-scope': 'what is broken' },
  },
  {
    name: 'one bridge for two networks',
    around: oneBridgeForAll,
    breaks: { 'net.matrix': 'they reach each other', ...stranger },
  },
  {
    name: 'a member that is on another bridge',
    around: apartFromItsNetwork,
    breaks: {
      'net.matrix': 'what is broken',
      'net.no-host': 'nobody answers, so nothing is shown',
      'net.no-cross-scenario': 'nobody answers, so nothing is shown',
    },
  },
  {
    name: 'an interface of no network',
    tape: after(makesInterfaces, [newBridge({ index: 2000, name: 'extra0', mac: '02:00:00:00:00:01' })]),
    breaks: { 'net.no-cross-scenario': 'what is broken' },
  },
  {
    name: 'raw sockets',
    spec: (spec) => ({
      ...spec,
      process: { ...spec.process, capabilities: [...spec.process.capabilities, 'NET_RAW'] },
    }),
    breaks: { 'net.no-spoof': 'what is broken', 'caps.exact': 'nobody declared the capability' },
  },
  {
    name: 'addresses of others may be bound',
    spec: (spec) => ({ ...spec, sysctls: { ...spec.sysctls, 'net.ipv6.ip_nonlocal_bind': '1' } }),
    breaks: { 'net.no-spoof': 'the kernel asks nobody who sends IPv6' },
  },
  {
    name: 'a port that is published elsewhere',
    declares: (usual) => ({
      ...usual,
      ports: [{ hostAddress: '127.0.0.1', hostPort: 0, containerPort: 80, protocol: 'tcp' }],
    }),
    spec: (declared) => ({
      ...declared,
      ports: declared.ports.map((port) => ({ ...port, hostAddress: '127.0.0.2' })),
    }),
    breaks: { 'net.ports-exact': 'what is broken' },
  },
  {
    name: 'a port with another number',
    // Nobody takes number 1: any other is given out instead.
    declares: publishing([{ ...port, hostPort: 1 }]),
    spec: (declared) => ({ ...declared, ports: [port] }),
    breaks: { 'net.ports-exact': 'what is broken' },
  },
  {
    name: 'one port more',
    declares: publishing([port]),
    spec: (declared) => ({ ...declared, ports: [port, { ...port, containerPort: 81 }] }),
    breaks: { 'net.ports-exact': 'what is broken' },
  },
  {
    name: 'one of two addresses',
    declares: publishing([{ ...port, hostAddress: 'localhost' }]),
    spec: (declared) => ({ ...declared, ports: [port] }),
    breaks: { 'net.ports-exact': 'localhost is both' },
  },
  {
    name: 'a port that nobody declared',
    spec: (declared) => ({ ...declared, ports: [port] }),
    breaks: { 'net.ports-exact': 'what is broken' },
  },
];
