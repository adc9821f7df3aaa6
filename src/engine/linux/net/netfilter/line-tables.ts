import { type IpAddress, ipToBytes } from '../ip.ts';
import type { NetlinkMessage } from '../netlink/message.ts';
import type { Expression } from './expression.ts';
import {
  accept,
  be16,
  drop,
  encodeKey,
  happens,
  hasBytes,
  isFamily,
  isIn,
  isProtocol,
  type KeyPart,
  keyBytes,
  part,
  portIndex,
} from './match.ts';
import { fillSet, newTable, type Table } from './table.ts';

/** From one port of a bridge to another, by their indexes (`indexesOf(attachment).onBridge`): one way. */
export interface Direction {
  readonly from: number;
  readonly to: number;
}

/** From one address to another of the same family: one way. */
export interface AddressDirection {
  readonly from: IpAddress;
  readonly to: IpAddress;
}

const portParts = [part.inputPort, part.outputPort];

/** Behind everything else that decides over a frame. */
const lastPriority = 300;

/**
 * Nothing gets through but questions and answers about hardware addresses: who cannot be answered them cannot be sent anything either,
 * so that no line could be cut in one direction. `deleteTable` of the same family and name undoes it.
 */
export const cutTable = (name: string, directions: readonly Direction[]): readonly NetlinkMessage[] =>
  portTable(name, directions, []);

/** That share of frames is lost, each by chance of its own; those about hardware addresses are not. */
export const lossTable = (
  name: string,
  directions: readonly Direction[],
  share: number,
): readonly NetlinkMessage[] => portTable(name, directions, happens(share));

function portTable(
  name: string,
  directions: readonly Direction[],
  also: readonly Expression[],
): readonly NetlinkMessage[] {
  const table: Table = {
    family: 'bridge',
    name,
    sets: [{ name: 'lines', keyBytes: keyBytes(portParts) }],
    chains: [
      {
        name: 'forward',
        hook: { at: 'forward', priority: lastPriority, policy: 'accept' },
        rules: [
          ...aboutAddresses.map((match) => [...match, accept]),
          [...isIn('lines', portParts), ...also, drop],
        ],
      },
    ],
  };
  const keys = directions.map(({ from, to }) => encodeKey([portIndex(from), portIndex(to)]));
  return [...newTable(table), ...fillSet(table, 'lines', keys)];
}

/** RFC 4861: neighbour solicitation and advertisement. */
const neighbourTypes = [135, 136];

/** linux/if_ether.h: ARP, IPv6. */
const isFrameOf = (etherType: number): readonly Expression[] => hasBytes('link', 12, be16(etherType));

const aboutAddresses: readonly (readonly Expression[])[] = [
  isFrameOf(0x0806),
  ...neighbourTypes.map((type) => [
    ...isFrameOf(0x86dd),
    ...isProtocol('icmpv6'),
    ...hasBytes('transport', 0, Uint8Array.of(type)),
  ]),
];

const addressParts: Readonly<Record<4 | 6, readonly KeyPart[]>> = {
  4: [part.ipv4Source, part.ipv4Destination],
  6: [part.ipv6Source, part.ipv6Destination],
};

/**
 * Every TCP segment that way is dropped and answered with a reset; with `port`, of connections that have it at either end. The
 * network's namespace needs `planResets` before.
 */
export function resetTable(
  name: string,
  directions: readonly AddressDirection[],
  port?: number,
): readonly NetlinkMessage[] {
  const families = [4, 6] as const;
  const setName = (family: 4 | 6): string => `lines${family}`;
  const table: Table = {
    family: 'inet',
    name,
    sets: families.map((family) => ({ name: setName(family), keyBytes: keyBytes(addressParts[family]) })),
    chains: [
      {
        name: 'forward',
        hook: { at: 'forward', priority: lastPriority, policy: 'accept' },
        rules: families.flatMap((family) =>
          isOfPort(port).map((ofPort): readonly Expression[] => [
            ...isFamily(family),
            ...isProtocol('tcp'),
            ...ofPort,
            ...isIn(setName(family), addressParts[family]),
            { kind: 'reset' },
          ]),
        ),
      },
    ],
  };
  const keysOf = (family: 4 | 6): readonly Uint8Array[] =>
    directions.flatMap(({ from, to }) =>
      from.family === family && to.family === family ? [encodeKey([ipToBytes(from), ipToBytes(to)])] : [],
    );
  return [
    ...newTable(table),
    ...families.flatMap((family) => fillSet(table, setName(family), keysOf(family))),
  ];
}

/** One of these holds. */
function isOfPort(port: number | undefined): readonly (readonly Expression[])[] {
  if (port === undefined) return [[]];
  const [source, destination] = [0, 2];
  return [source, destination].map((offset) => hasBytes('transport', offset, be16(port)));
}
