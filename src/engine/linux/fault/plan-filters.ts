import type { LossFault, PartitionFault, ResetFault } from '../../../core/fault.ts';
import type { IpAddress } from '../net/ip.ts';
import {
  type AddressDirection,
  cutTable,
  type Direction,
  lossTable,
  resetTable,
} from '../net/netfilter/line-tables.ts';
import type { Family } from '../net/netfilter/table.ts';
import type { NetlinkMessage } from '../net/netlink/message.ts';
import type { Attachment } from '../net/plan-attach.ts';

export type FilterFault = PartitionFault | LossFault | ResetFault;

/** A container on one network. */
export interface Place {
  readonly container: string;
  readonly attachment: Attachment;
}

export interface Way {
  readonly from: Place;
  readonly to: Place;
}

export const familyOf = ({ kind }: FilterFault): Family => (kind === 'reset' ? 'inet' : 'bridge');

/** Who of one network's members cannot speak to whom as ever, each way once, so that chance befalls a frame once. */
export function waysOf(fault: FilterFault, places: readonly Place[]): readonly Way[] {
  const pairs =
    fault.kind === 'partition'
      ? fault.cuts.flatMap(({ from, to }) => waysBetween(from, to, places))
      : bothWays(fault, places);
  const once = new Map(pairs.map((way) => [`${way.from.attachment.port} ${way.to.attachment.port}`, way]));
  return [...once.values()];
}

function bothWays({ containers, peers }: LossFault | ResetFault, places: readonly Place[]): readonly Way[] {
  const others = peers ?? places.map(({ container }) => container);
  return [...waysBetween(containers, others, places), ...waysBetween(others, containers, places)];
}

function waysBetween(
  senders: readonly string[],
  receivers: readonly string[],
  places: readonly Place[],
): readonly Way[] {
  const of = (names: readonly string[]): readonly Place[] =>
    places.filter(({ container }) => names.includes(container));
  return of(senders).flatMap((from) =>
    of(receivers).flatMap((to) => (to.container === from.container ? [] : [{ from, to }])),
  );
}

/** The table that does it to these ways, in `familyOf`. `portsOf`: by which ports of the bridge a place's frames arrive and leave. */
export function planFilter(
  fault: FilterFault,
  name: string,
  ways: readonly Way[],
  portsOf: (place: Place) => readonly number[],
): readonly NetlinkMessage[] {
  const betweenPorts = (): readonly Direction[] =>
    ways.flatMap((way) => portsOf(way.from).flatMap((from) => portsOf(way.to).map((to) => ({ from, to }))));
  switch (fault.kind) {
    case 'partition':
      return cutTable(name, betweenPorts());
    case 'loss':
      return lossTable(name, betweenPorts(), fault.percent / 100);
    case 'reset':
      return resetTable(name, ways.flatMap(addressesOfWay), fault.port);
    default:
      return fault satisfies never;
  }
}

export function addressesOfWay({ from, to }: Way): readonly AddressDirection[] {
  return addressesOf(from.attachment).flatMap((one) =>
    addressesOf(to.attachment).flatMap((other) =>
      one.family === other.family ? [{ from: one, to: other }] : [],
    ),
  );
}

const addressesOf = ({ ipv4, ipv6 }: Attachment): readonly IpAddress[] =>
  [ipv4, ipv6].flatMap((each) => each?.address ?? []);
