import { type IpAddress, parseIp, sameIp } from '../ip.ts';
import { seededShuffle } from '../seeded-numbers.ts';

/** A running container as others may find it. */
export interface NamedMember {
  readonly container: string;
  /** Valid on every network it is on: container name, hostname, hostname with domain. */
  readonly names: readonly string[];
  readonly attachments: readonly MemberAttachment[];
}

interface MemberAttachment {
  readonly network: string;
  /** Valid on this network only: the service's name, its aliases. */
  readonly aliases: readonly string[];
  readonly ipv4?: string;
  readonly ipv6?: string;
}

const loopback: readonly IpAddress[] = ['127.0.0.1', '::1'].flatMap((text) => parseIp(text) ?? []);

/**
 * The addresses under which `asker` may know `name`: those on networks both are on, in the order of the asker's networks.
 * Undefined if the name means nothing to it. Several members of one name come in an order that depends on `seed`.
 */
export function resolveName(
  name: string,
  asker: string,
  members: readonly NamedMember[],
  seed: number,
): readonly IpAddress[] | undefined {
  const wanted = normalizeName(name);
  if (wanted === 'localhost' || wanted.endsWith('.localhost')) return loopback;
  const networks = networksOf(asker, members);
  const found = members.map((member) => {
    const ofAll = bears([member.container, ...member.names], wanted);
    return sharedAttachments(member, networks).filter((each) => ofAll || bears(each.aliases, wanted));
  });
  const bearers = found.filter((attachments) => attachments.length > 0);
  if (bearers.length === 0) return undefined;
  return seededShuffle(bearers, seed).flatMap((attachments) => attachments.flatMap(addressesOf));
}

/** The first name of whoever has that address on a network shared with `asker`. */
export function resolveAddress(
  ip: IpAddress,
  asker: string,
  members: readonly NamedMember[],
): string | undefined {
  if (loopback.some((each) => sameIp(each, ip))) return 'localhost';
  const networks = networksOf(asker, members);
  const member = members.find((each) =>
    sharedAttachments(each, networks)
      .flatMap(addressesOf)
      .some((own) => sameIp(own, ip)),
  );
  return member === undefined ? undefined : (member.names[0] ?? member.container);
}

/** Names are compared without letter case and final dot (RFC 4343). */
export function normalizeName(name: string): string {
  return name.replace(/\.$/, '').replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function networksOf(asker: string, members: readonly NamedMember[]): readonly string[] {
  return (
    members.find(({ container }) => container === asker)?.attachments.map(({ network }) => network) ?? []
  );
}

function sharedAttachments(member: NamedMember, networks: readonly string[]): readonly MemberAttachment[] {
  return networks.flatMap((network) => member.attachments.filter((each) => each.network === network));
}

/** Most names differ in length already, and are then not looked at further. */
function bears(names: readonly string[], wanted: string): boolean {
  return names.some(
    (name) => (name.length === wanted.length || name.endsWith('.')) && normalizeName(name) === wanted,
  );
}

function addressesOf({ ipv4, ipv6 }: MemberAttachment): readonly IpAddress[] {
  return [ipv4, ipv6].flatMap((text) => parseIp(text ?? '') ?? []);
}
