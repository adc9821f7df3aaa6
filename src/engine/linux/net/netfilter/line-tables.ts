import { type IpAddress, ipToBytes } from '../ip.ts';
import type { NetlinkMessage } from '../netlink/message.ts';
import type { Expression } from './expression.ts';
import {
  drop,
  encodeKey,
  happens,
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

/** Nothing at all gets through: no IP, no ARP. `deleteTable` of the same family and name undoes it. */
export const cutTable = (name: string, directions: readonly Direction[]): readonly NetlinkMessage[] =>
  portTable(name, directions, []);

/** That share of frames is lost, each by chance of its own. */
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
        rules: [[...isIn('lines', portParts), ...also, drop]],
      },
    ],
  };
  const keys = directions.map(({ from, to }) => encodeKey([portIndex(from), portIndex(to)]));
  return [...newTable(table), ...fillSet(table, 'lines', keys)];
}

const addressParts: Readonly<Record<4 | 6, readonly KeyPart[]>> = {
  4: [part.ipv4Source, part.ipv4Destination],
  6: [part.ipv6Source, part.ipv6Destination],
};

/**
 * Every TCP segment that way is dropped and answered with a reset. The
 * network's namespace needs `planResets` before.
 */
export function resetTable(name: string, directions: readonly AddressDirection[]): readonly NetlinkMessage[] {
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
        rules: families.map((family) => [
          ...isFamily(family),
          ...isProtocol('tcp'),
          ...isIn(setName(family), addressParts[family]),
          { kind: 'reset' },
        ]),
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
