import { type IpAddress, ipToBytes } from '../ip.ts';
import {
  type BadQuery,
  classInternet,
  type DnsQuery,
  headerBytes,
  type Rcode,
  recordTypes,
} from './query.ts';
import { encodeName } from './wire-name.ts';

export type DnsRecord =
  | { readonly kind: 'address'; readonly address: IpAddress }
  | { readonly kind: 'pointer'; readonly name: string };

/**
 * Seconds. Containers come and go within a scenario, so an answer is good for this moment only; 0 makes some resolvers ask
 * twice.
 */
const timeToLive = 1;

/** RFC 1035 2.3.4 without EDNS; with it, what passes every link whole (DNS flag day 2020). */
const plainUdpBytes = 512;
const mostUdpBytes = 1232;
const mostTcpBytes = 65_535;

const flagBits = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
};

/** How large an answer may be on the way the query came. */
export function responseLimit(query: DnsQuery, transport: 'udp' | 'tcp'): number {
  if (transport === 'tcp') return mostTcpBytes;
  return Math.min(mostUdpBytes, Math.max(plainUdpBytes, query.edns?.udpBytes ?? 0));
}

/** What does not fit is left out whole and TC set: the client asks again over TCP (RFC 2181 9). */
export function encodeResponse(
  query: DnsQuery,
  rcode: Rcode,
  records: readonly DnsRecord[],
  mostBytes: number,
): Uint8Array {
  const answers = records.flatMap((record) => encodeRecord(record) ?? []);
  const opt = query.edns === undefined ? [] : [encodeOpt(rcode)];
  const rest = [query.question.bytes, ...answers, ...opt];
  const fits = headerBytes + rest.reduce((sum, part) => sum + part.length, 0) <= mostBytes;
  const truncated = fits ? 0 : flagBits.truncated;
  const desired = query.recursionDesired ? flagBits.recursionDesired : 0;
  const flags =
    flagBits.response |
    flagBits.authoritative |
    truncated |
    desired |
    flagBits.recursionAvailable |
    (rcode & 0xf);
  const header = encodeHeader(query.id, flags, 1, fits ? answers.length : 0, opt.length);
  return Buffer.concat(fits ? [header, ...rest] : [header, query.question.bytes, ...opt]);
}

/** Only the header: what the client said could not be read, so it cannot be repeated. */
export function encodeBadQuery({ id, rcode }: BadQuery): Uint8Array {
  return encodeHeader(id, flagBits.response | flagBits.recursionAvailable | (rcode & 0xf), 0, 0, 0);
}

function encodeHeader(
  id: number,
  flags: number,
  questions: number,
  answers: number,
  additional: number,
): Uint8Array {
  const header = Buffer.alloc(headerBytes);
  [id, flags, questions, answers, 0, additional].forEach((value, at) => {
    header.writeUInt16BE(value, at * 2);
  });
  return header;
}

function encodeRecord(record: DnsRecord): Uint8Array | undefined {
  switch (record.kind) {
    case 'address':
      return encodeAnswer(
        record.address.family === 4 ? recordTypes.a : recordTypes.aaaa,
        ipToBytes(record.address),
      );
    case 'pointer': {
      const name = encodeName(record.name);
      return name === undefined ? undefined : encodeAnswer(recordTypes.ptr, name);
    }
    default:
      return record satisfies never;
  }
}

/** Its name is a pointer to the question's, right after the header. */
function encodeAnswer(type: number, data: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 | headerBytes, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(classInternet, 4);
  head.writeUInt32BE(timeToLive, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

/** RFC 6891 6.1.3: root name, our size as class, upper bits of the rcode, version 0. */
function encodeOpt(rcode: Rcode): Uint8Array {
  const opt = Buffer.alloc(11);
  opt.writeUInt16BE(recordTypes.opt, 1);
  opt.writeUInt16BE(mostUdpBytes, 3);
  opt.writeUInt8(rcode >> 4, 5);
  return opt;
}
