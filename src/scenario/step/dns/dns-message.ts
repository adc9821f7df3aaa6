/** Numbers of record types (RFC 1035 3.2.2, RFC 3596, RFC 2782). */
export const recordTypes = { A: 1, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33 } as const;
export type RecordType = keyof typeof recordTypes;

export function isRecordType(text: string): text is RecordType {
  return Object.hasOwn(recordTypes, text);
}

/** RFC 1035 4.1.1, RFC 2136 2.2; others are shown as `RCODE11`. */
const rcodeNames = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

export interface DnsAnswer {
  readonly rcode: string;
  /** Of the type that was asked for, as `dig +short` writes them, without final dots. */
  readonly answers: readonly string[];
}

const headerBytes = 12;
const classInternet = 1;
/** One question per connection: nothing else could be confused with it. */
const queryId = 0x4d46;

/** A query as it goes over TCP, with its length in front (RFC 1035 4.2.2). Undefined: no wire name can be that. */
export function encodeQuestion(name: string, type: RecordType): Uint8Array | undefined {
  const encoded = encodeName(name);
  if (encoded === undefined) return undefined;
  const message = Buffer.alloc(headerBytes + encoded.length + 4);
  message.writeUInt16BE(queryId, 0);
  message.writeUInt16BE(0x0100, 2); // recursion desired
  message.writeUInt16BE(1, 4);
  message.set(encoded, headerBytes);
  message.writeUInt16BE(recordTypes[type], headerBytes + encoded.length);
  message.writeUInt16BE(classInternet, headerBytes + encoded.length + 2);
  const framed = Buffer.alloc(2 + message.length);
  framed.writeUInt16BE(message.length, 0);
  framed.set(message, 2);
  return framed;
}

function encodeName(name: string): Uint8Array | undefined {
  const labels = name.replace(/\.$/, '').split('.');
  const parts = name === '.' ? [] : labels.map((label) => Buffer.from(label, 'utf8'));
  if (parts.some((part) => part.length === 0 || part.length > 63)) return undefined;
  const bytes = Buffer.concat([
    ...parts.flatMap((part) => [Uint8Array.of(part.length), part]),
    Uint8Array.of(0),
  ]);
  return bytes.length > 255 ? undefined : bytes;
}

/** A message without its length. Undefined for what is no answer to such a question, or is damaged. */
export function parseAnswer(message: Uint8Array, type: RecordType): DnsAnswer | undefined {
  const view = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (view.length < headerBytes || view.readUInt16BE(0) !== queryId || (view.readUInt8(2) & 0x80) === 0)
    return undefined;
  const code = view.readUInt8(3) & 0xf;
  const rcode = rcodeNames[code] ?? `RCODE${code}`;
  try {
    const answers = readRecords(view).flatMap((record) =>
      record.type === recordTypes[type] ? renderRecord(view, type, record) : [],
    );
    return { rcode, answers };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface WireRecord {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/** @throws RangeError beyond the message's end. */
function readRecords(view: Buffer): readonly WireRecord[] {
  let at = headerBytes;
  for (let question = 0; question < view.readUInt16BE(4); question += 1) at = readName(view, at).next + 4;
  return Array.from({ length: view.readUInt16BE(6) }, () => {
    const { next } = readName(view, at);
    const start = next + 10;
    const end = start + view.readUInt16BE(next + 8);
    if (end > view.length) throw new RangeError('a record beyond the end');
    at = end;
    return { type: view.readUInt16BE(next), start, end };
  });
}

function renderRecord(view: Buffer, type: RecordType, { start, end }: WireRecord): readonly string[] {
  const data = view.subarray(start, end);
  switch (type) {
    case 'A':
      return data.length === 4 ? [data.join('.')] : [];
    case 'AAAA':
      return data.length === 16 ? [renderIpv6(data)] : [];
    case 'CNAME':
    case 'PTR':
      return [readName(view, start).name];
    case 'MX':
      return [`${view.readUInt16BE(start)} ${readName(view, start + 2).name}`];
    case 'SRV': {
      const numbers = [0, 2, 4].map((offset) => view.readUInt16BE(start + offset));
      return [`${numbers.join(' ')} ${readName(view, start + 6).name}`];
    }
    case 'TXT':
      return [readTexts(data)];
  }
}

/** `<character-string>`s (RFC 1035 3.3) of one record, joined as RFC 7208 3.3 joins them. */
function readTexts(data: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at < data.length; ) {
    const length = data.readUInt8(at);
    parts.push(data.subarray(at + 1, at + 1 + length).toString('utf8'));
    at += 1 + length;
  }
  return parts.join('');
}

/** RFC 5952, by the URL parser, which follows it. */
function renderIpv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

/** RFC 1035 4.1.4. A pointer leads backward only, so that it ends. @throws RangeError for a damaged name. */
function readName(view: Buffer, start: number): { readonly name: string; readonly next: number } {
  const labels: string[] = [];
  let [at, next, floor] = [start, -1, start];
  for (let bytes = 0; bytes <= 255; ) {
    const length = view.readUInt8(at);
    if (length === 0) return { name: labels.join('.'), next: next < 0 ? at + 1 : next };
    if (length >= 0xc0) {
      const target = view.readUInt16BE(at) & 0x3fff;
      if (next < 0) next = at + 2;
      if (target >= floor) throw new RangeError('a pointer forward');
      [at, floor] = [target, target];
      continue;
    }
    if (length > 63 || at + 1 + length > view.length) throw new RangeError('a damaged label');
    labels.push(view.subarray(at + 1, at + 1 + length).toString('utf8'));
    at += 1 + length;
    bytes += 1 + length;
  }
  throw new RangeError('a name longer than 255 bytes');
}
