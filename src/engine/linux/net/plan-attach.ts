import type { AttachedNetwork } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import type { Cidr } from './cidr.ts';
import { type IpAddress, renderIp } from './ip.ts';
import { macOf, parseMac, portMacOf } from './mac.ts';
import { newAddress } from './netlink/address.ts';
import { deleteLink, netNsFdOffset, newVeth, setLink } from './netlink/link.ts';
import { encodeMessages, type NetlinkMessage } from './netlink/message.ts';
import { openNetlink } from './open-netlink.ts';
import { bridgeIndex, openOwnNetworkNamespace } from './plan-network.ts';
import { planContainerSysctls, type SysctlChoice } from './plan-sysctls.ts';

/** One end of a veth on a network's bridge, the other as `eth<number>` in a container. */
export interface Attachment {
  readonly network: string;
  /** The network's `NetworkSlots.socket`. */
  readonly networkSocket: Slot;
  /** Unique on the network and never used again: index and name of the port come from it. */
  readonly port: number;
  /** `eth0` has 0. Unique in the container. */
  readonly interfaceNumber: number;
  readonly ipv4?: AddressInSubnet;
  readonly ipv6?: AddressInSubnet;
  /** Of the container's end; by default made from the address. */
  readonly mac?: string;
}

export interface AddressInSubnet {
  readonly address: IpAddress;
  readonly subnet: Cidr;
}

export interface ContainerSlots {
  /** A pidfd of the container, or a descriptor of its network namespace. */
  readonly container: Slot;
  /** Used by the tape and empty after it. */
  readonly scratchNamespace: Slot;
  readonly scratchSocket: Slot;
}

const loopbackIndex = 1;
/** Member n of anything has index 1001 + n: the bridge is 1000, and the kernel's own numbers stay far below. */
const firstIndex = bridgeIndex + 1;

/**
 * A container's network from nothing: what its namespace may do, its loopback, its interfaces. No routes but those to its own
 * subnets: a sealed network has nowhere else to go. `more` is performed last, still inside.
 */
export function planContainerNetwork(
  slots: ContainerSlots,
  sysctls: SysctlChoice,
  attachments: readonly Attachment[],
  more: Tape = [],
): Tape {
  // The sysctls come first: new interfaces take their `default` values.
  return inContainer(
    slots,
    planContainerSysctls(sysctls),
    [setLink(loopbackIndex, { up: true })],
    attachments,
    more,
  );
}

/** One more network for a running container. */
export function planConnect(slots: ContainerSlots, attachment: Attachment): Tape {
  return inContainer(slots, [], [], [attachment], []);
}

/** The port goes and takes the container's end with it. */
export function planDisconnect(attachment: Attachment): Tape {
  const messages = encodeMessages([deleteLink(firstIndex + attachment.port)]);
  return [{ kind: 'netlink', slot: attachment.networkSocket, messages, reply: 0 }];
}

/** Rendered once: whoever asks for a container's networks asks often. */
export function describeAttachment(attachment: Attachment): AttachedNetwork {
  const known = described.get(attachment) ?? renderAttachment(attachment);
  described.set(attachment, known);
  return known;
}

const described = new WeakMap<Attachment, AttachedNetwork>();

function renderAttachment(attachment: Attachment): AttachedNetwork {
  const { network, ipv4, ipv6 } = attachment;
  return {
    network,
    interfaceName: interfaceName(attachment),
    mac: macOfMember(attachment),
    ...(ipv4 === undefined ? {} : { ipv4: renderIp(ipv4.address) }),
    ...(ipv6 === undefined ? {} : { ipv6: renderIp(ipv6.address) }),
  };
}

function inContainer(
  slots: ContainerSlots,
  first: Tape,
  links: readonly NetlinkMessage[],
  attachments: readonly Attachment[],
  more: Tape,
): Tape {
  const messages = [...links, ...attachments.flatMap(configureMessages)];
  const configure: Tape =
    messages.length === 0
      ? []
      : [
          openNetlink('route', slots.scratchSocket),
          { kind: 'netlink', slot: slots.scratchSocket, messages: encodeMessages(messages), reply: 0 },
          { kind: 'close', slot: slots.scratchSocket },
        ];
  return [
    { kind: 'setns', slot: slots.container, flags: cloneFlags.CLONE_NEWNET },
    ...first,
    ...(attachments.length === 0 ? [] : makePairs(slots.scratchNamespace, attachments)),
    ...configure,
    ...more,
  ];
}

function makePairs(namespace: Slot, attachments: readonly Attachment[]): Tape {
  return [
    openOwnNetworkNamespace(namespace),
    ...attachments.map((each) => makePair(namespace, each)),
    { kind: 'close', slot: namespace },
  ];
}

function makePair(namespace: Slot, attachment: Attachment): Op {
  const { port, networkSocket } = attachment;
  const mac = macOfMember(attachment);
  const onBridge = {
    index: firstIndex + port,
    name: `port${port}`,
    mac: portMacOf(mac),
    master: bridgeIndex,
    up: true,
  };
  const inside = { index: interfaceIndex(attachment), name: interfaceName(attachment), mac };
  const messages = encodeMessages([newVeth(onBridge, inside)]);
  return {
    kind: 'netlinkWithFd',
    slot: networkSocket,
    messages,
    fdOffset: netNsFdOffset(messages),
    fdSlot: namespace,
    reply: 0,
  };
}

/** The two ends as rtnetlink numbers them: `onBridge` in the network's namespace, `inside` in the container's. */
export function indexesOf(attachment: Attachment): { readonly onBridge: number; readonly inside: number } {
  return { onBridge: firstIndex + attachment.port, inside: interfaceIndex(attachment) };
}

/** The end inside cannot be made up already: a veth without its peer refuses with ENOTCONN (drivers/net/veth.c veth_open). */
function configureMessages(attachment: Attachment): readonly NetlinkMessage[] {
  const index = interfaceIndex(attachment);
  const addresses = [attachment.ipv4, attachment.ipv6].filter((each) => each !== undefined);
  return [
    setLink(index, { up: true }),
    ...addresses.map(({ address, subnet }) => newAddress(index, address, subnet)),
  ];
}

function macOfMember({ network, mac, ipv4, ipv6 }: Attachment): string {
  const address = (ipv4 ?? ipv6)?.address;
  if (mac !== undefined && parseMac(mac) !== undefined) return mac.toLowerCase().replaceAll('-', ':');
  if (mac !== undefined) {
    throw new MayflyError(
      'SCENARIO_WRONG_VALUE',
      `network ${network}: ${mac} is no hardware address of one station`,
      {
        hint: 'write six octets, the first one even: 02:42:0a:00:00:05',
      },
    );
  }
  if (address === undefined)
    throw new MayflyError('INTERNAL', `a member of network ${network} without an address`);
  return macOf(address);
}

const interfaceIndex = ({ interfaceNumber }: Attachment): number => firstIndex + interfaceNumber;
const interfaceName = ({ interfaceNumber }: Attachment): string => `eth${interfaceNumber}`;
