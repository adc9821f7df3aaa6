import { MayflyError } from '../../core/mayfly-error.ts';

export interface PaxRecord {
  readonly key: string;
  readonly value: Uint8Array;
}

const space = 0x20;
const equals = 0x3d;
const newline = 0x0a;

/** The records of a PAX extended header (pax(1), "pax Header Block"): `length key=value\n`, the length counting all of it. */
export function parsePaxRecords(bytes: Uint8Array): readonly PaxRecord[] {
  const records: PaxRecord[] = [];
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const blank = bytes.indexOf(space, at);
    const digits =
      blank < 0 ? '' : Buffer.from(bytes.subarray(at, Math.min(blank, at + 12))).toString('latin1');
    const length = /^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    if (length === 0 || end > bytes.length || end < blank + 2 || bytes[end - 1] !== newline)
      throw malformed();
    const separator = bytes.indexOf(equals, blank);
    if (separator < 0 || separator >= end) throw malformed();
    records.push({
      key: Buffer.from(bytes.subarray(blank + 1, separator)).toString('utf8'),
      value: bytes.subarray(separator + 1, end - 1),
    });
    at = end;
  }
  return records;
}

function malformed(): MayflyError {
  return new MayflyError('IMAGE_INVALID', 'a PAX header of the archive is malformed');
}

/** The last value of a key, as text. */
export function paxText(records: readonly PaxRecord[], key: string): string | undefined {
  const record = records.findLast((candidate) => candidate.key === key);
  return record === undefined ? undefined : Buffer.from(record.value).toString('utf8');
}
