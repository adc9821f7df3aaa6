import type { Cidr } from '../cidr.ts';
import { type IpAddress, ipToBytes } from '../ip.ts';
import { AF_INET, AF_INET6 } from '../sockaddr.ts';
import { type Attribute, u32 } from './attribute.ts';
import { type NetlinkMessage, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from './message.ts';

/** linux/rtnetlink.h */
export const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
export const RTA = { DST: 1, OIF: 4, GATEWAY: 5, TABLE: 15 } as const;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;
const RTN_UNREACHABLE = 7;

export type Route =
  | { readonly kind: 'default'; readonly gateway: IpAddress; readonly index: number }
  /** To a subnet, or to one host with a full-length prefix; through `gateway`, or directly on the link. */
  | { readonly kind: 'to'; readonly destination: Cidr; readonly gateway?: IpAddress; readonly index: number }
  /** Connecting there fails with EHOSTUNREACH at once. Needs no link. */
  | { readonly kind: 'unreachable'; readonly destination: Cidr };

export function newRoute(route: Route): NetlinkMessage {
  const attributes: Attribute[] = [];
  if (route.kind !== 'default') attributes.push({ type: RTA.DST, value: ipToBytes(route.destination.base) });
  if (route.kind !== 'unreachable') attributes.push({ type: RTA.OIF, value: u32(route.index) });
  const gateway = route.kind === 'unreachable' ? undefined : route.gateway;
  if (gateway !== undefined) attributes.push({ type: RTA.GATEWAY, value: ipToBytes(gateway) });
  return { type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_EXCL, header: routeHeader(route), attributes };
}

export function dumpRoutes(): NetlinkMessage {
  return { type: RTM_GETROUTE, flags: NLM_F_DUMP, header: Buffer.alloc(12), attributes: [] };
}

/** struct rtmsg: family, lengths of destination and source, tos, table, protocol, scope, type, flags. */
function routeHeader(route: Route): Uint8Array {
  const destination = route.kind === 'default' ? undefined : route.destination;
  const family = route.kind === 'default' ? route.gateway.family : route.destination.base.family;
  const onLink = route.kind === 'to' && route.gateway === undefined;
  const header = Buffer.alloc(12);
  header[0] = family === 4 ? AF_INET : AF_INET6;
  header[1] = destination?.prefixLength ?? 0;
  header[4] = RT_TABLE_MAIN;
  header[5] = RTPROT_STATIC;
  header[6] = onLink ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  header[7] = route.kind === 'unreachable' ? RTN_UNREACHABLE : RTN_UNICAST;
  return header;
}
