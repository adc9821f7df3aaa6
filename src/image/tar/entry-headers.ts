import { MayflyError } from '../../core/mayfly-error.ts';
import { type PaxRecord, parsePaxRecords, paxText } from './pax.ts';

export const blockBytes = 512;

/** What stands before an entry's data: its own header block and the PAX records for it. */
export interface EntryHeaders {
  readonly header: Uint8Array;
  readonly pax: readonly PaxRecord[];
}

/**
 * Reads the blocks between the end of one entry and the data of the next: extended headers, then the header itself. tar-stream
 * has checked their checksums. A block of zeros means the archive had ended: what stands behind is read by some programs and not
 * by others, and no archiver writes it.
 */
export function parseEntryHeaders(raw: Uint8Array): EntryHeaders {
  let pax: readonly PaxRecord[] = [];
  let at = 0;
  while (at + blockBytes < raw.length) {
    const block = raw.subarray(at, at + blockBytes);
    if (block.every((byte) => byte === 0))
      throw new MayflyError('IMAGE_INVALID', 'the archive goes on after its end');
    const payload = raw.subarray(at + blockBytes, at + blockBytes + payloadBytes(block));
    switch (typeFlag(block)) {
      case 'x':
        pax = parsePaxRecords(payload);
        break;
      case 'g':
        checkGlobals(parsePaxRecords(payload));
        break;
      case 'L':
      case 'K':
      case 'N':
        break;
      default:
        throw new MayflyError('IMAGE_INVALID', 'a header of the archive is malformed');
    }
    at += blockBytes + Math.ceil(payload.length / blockBytes) * blockBytes;
  }
  if (at + blockBytes !== raw.length)
    throw new MayflyError('IMAGE_INVALID', 'a header of the archive is malformed');
  return { header: raw.subarray(at), pax };
}

function typeFlag(block: Uint8Array): string {
  return String.fromCharCode(block[156] ?? 0);
}

function payloadBytes(block: Uint8Array): number {
  const text = Buffer.from(block.subarray(124, 136)).toString('latin1');
  const size = /^ *([0-7]+)[ \0]*$/.exec(text)?.[1];
  if (size === undefined)
    throw new MayflyError('IMAGE_INVALID', 'an extended header of the archive has no valid size');
  return Number.parseInt(size, 8);
}

/** Programs disagree on whether a global header may rename entries; git's `comment` is what honest ones hold. */
function checkGlobals(records: readonly PaxRecord[]): void {
  for (const key of ['path', 'linkpath', 'size']) {
    if (paxText(records, key) !== undefined)
      throw new MayflyError(
        'IMAGE_HOSTILE',
        `a global header of the archive sets \`${key}\` for all entries`,
      );
  }
}
