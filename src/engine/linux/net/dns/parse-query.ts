import { type BadQuery, type DnsQuery, type DnsQuestion, headerBytes, rcodes, recordTypes } from './query.ts';
import { parseName, skipName } from './wire-name.ts';

/** A message longer than this is no query; TCP would allow 65,535. */
const mostQueryBytes = 4096;
/** Records after the question that are looked through for EDNS; honest queries have one or two. */
const mostRecords = 16;

/** Undefined for what deserves no answer: too short to have an id, or itself an answer (two servers would talk for ever). */
export function parseQuery(bytes: Uint8Array): DnsQuery | BadQuery | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < headerBytes) return undefined;
  const id = view.readUInt16BE(0);
  const flags = view.readUInt16BE(2);
  if ((flags & 0x8000) !== 0) return undefined;
  if (((flags >> 11) & 0xf) !== 0) return { id, rcode: rcodes.notImplemented };
  if (view.length > mostQueryBytes || view.readUInt16BE(4) !== 1) return { id, rcode: rcodes.formatError };
  const question = parseQuestion(view);
  if (question === undefined) return { id, rcode: rcodes.formatError };
  const edns = findEdns(view, headerBytes + question.bytes.length);
  if (edns === 'malformed') return { id, rcode: rcodes.formatError };
  return { id, recursionDesired: (flags & 0x0100) !== 0, question, ...(edns === undefined ? {} : { edns }) };
}

function parseQuestion(view: Buffer): DnsQuestion | undefined {
  const parsed = parseName(view, headerBytes);
  if (parsed === undefined || parsed.next + 4 > view.length) return undefined;
  return {
    name: parsed.name,
    type: view.readUInt16BE(parsed.next),
    class: view.readUInt16BE(parsed.next + 2),
    bytes: Uint8Array.from(view.subarray(headerBytes, parsed.next + 4)),
  };
}

/** RFC 6891 6.1: the OPT record's class is the size the client can take, the second byte of its TTL the version. */
function findEdns(view: Buffer, start: number): DnsQuery['edns'] | 'malformed' {
  const records = view.readUInt16BE(6) + view.readUInt16BE(8) + view.readUInt16BE(10);
  let at = start;
  for (let record = 0; record < records; record += 1) {
    const fixed = record < mostRecords ? skipName(view, at) : undefined;
    if (fixed === undefined || fixed + 10 > view.length) return 'malformed';
    if (view.readUInt16BE(fixed) === recordTypes.opt)
      return { udpBytes: view.readUInt16BE(fixed + 2), version: view.readUInt8(fixed + 5) };
    at = fixed + 10 + view.readUInt16BE(fixed + 8);
    if (at > view.length) return 'malformed';
  }
  return undefined;
}
