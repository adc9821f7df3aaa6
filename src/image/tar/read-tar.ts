import type { Extract, Header } from 'tar-stream';
import { MayflyError } from '../../core/mayfly-error.ts';
import { RatioGuard } from '../compression/ratio-guard.ts';
import type { ImageLimits } from '../image-limits.ts';
import { EntryContent } from './entry-content.ts';
import { blockBytes, type EntryHeaders, parseEntryHeaders } from './entry-headers.ts';
import { paxText } from './pax.ts';
import { RawTap } from './raw-tap.ts';
import { expandSparse, parseOldSparse, parseSparse } from './sparse.ts';
import type { TarEntry, TarType } from './tar-entry.ts';
import { tarError } from './tar-error.ts';

/** v7 archives have no magic but sound checksums. (`allowUnknownFormat` is missing in tar-stream's own types.) */
const parserOptions = { allowUnknownFormat: true, highWaterMark: 2 ** 18 };

const oldSparseFlag = 'S'.charCodeAt(0);

const types: Readonly<Record<string, TarType>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'hardlink',
  fifo: 'fifo',
  'character-device': 'device',
  'block-device': 'device',
};

/** The entries of a tar stream, in order. The whole source is read, also what follows the last entry. */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  limits: ImageLimits,
): AsyncGenerator<TarEntry> {
  const { extract } = await import('tar-stream');
  const parser = extract(parserOptions);
  const tap = new RawTap(limits);
  const end: StreamEnd = { paddedFrom: Number.POSITIVE_INFINITY };
  const feeding = feed(source, parser, tap, end);
  feeding.catch(() => undefined); // awaited below
  const holes = new RatioGuard(limits, 'layerBytes');
  let at = 0;
  try {
    for await (const stream of parser) {
      const { header } = stream;
      const offset = byteOffset(header);
      const headers = parseEntryHeaders(tap.read(at, offset));
      const content = new EntryContent(stream, offset, tap);
      const entry = toEntry(header, headers, content);
      at = offset + (header.type === 'directory' ? 0 : Math.ceil(header.size / blockBytes) * blockBytes);
      if (entry.sparse) {
        holes.addIn(header.size + blockBytes);
        holes.addOut(entry.sizeBytes);
      }
      yield entry;
      await content.skip();
      if (offset + header.size > end.paddedFrom) throw new Error('Unexpected end of data');
      tap.forgetBefore(at);
    }
    await feeding;
  } catch (error) {
    throw tarError(error);
  } finally {
    parser.destroy();
  }
}

interface StreamEnd {
  /** Where the archive ends and what it lacks to a whole block begins. */
  paddedFrom: number;
}

/**
 * An archive may end with the last byte of the last file, as umoci's `insert` leaves it: Go's reader does without the padding, and
 * so does this one. Nothing of a file may be missing.
 */
async function feed(
  source: AsyncIterable<Uint8Array>,
  parser: Extract,
  tap: RawTap,
  end: StreamEnd,
): Promise<void> {
  let bytes = 0;
  const write = async (chunk: Uint8Array): Promise<void> => {
    tap.remember(chunk);
    if (!parser.write(chunk)) await writable(parser);
  };
  try {
    for await (const chunk of source) {
      if (parser.destroyed) return;
      bytes += chunk.length;
      await write(chunk);
    }
    if (bytes % blockBytes !== 0 && !parser.destroyed) {
      end.paddedFrom = bytes;
      await write(new Uint8Array(blockBytes - (bytes % blockBytes)));
    }
    parser.end(null);
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** Until it takes more, or has ended one way or the other. */
function writable(parser: Extract): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      parser.off('drain', done);
      parser.off('close', done);
      resolve();
    };
    if (parser.destroyed) resolve();
    parser.on('drain', done);
    parser.on('close', done);
  });
}

function toEntry(
  header: Header,
  { header: block, pax }: EntryHeaders,
  stored: AsyncIterable<Uint8Array>,
): TarEntry {
  const old = block[156] === oldSparseFlag ? parseOldSparse(block) : undefined;
  const type = typeOf(header, old !== undefined);
  if (type === undefined) {
    throw new MayflyError(
      'IMAGE_INVALID',
      `the archive entry ${JSON.stringify(header.name)} has the unknown type ${JSON.stringify(String.fromCharCode(block[156] ?? 0))}`,
    );
  }
  if (type !== 'file' && type !== 'directory' && header.size > 0) {
    throw new MayflyError(
      'IMAGE_INVALID',
      `the archive entry ${JSON.stringify(header.name)} is a ${type} with content`,
    );
  }
  const sparse = old ?? (type === 'file' ? parseSparse(pax) : undefined);
  return {
    type,
    name: sparse?.name ?? header.name,
    linkName: header.linkname ?? '', // null where there is none, whatever the types say
    mode: header.mode,
    uid: paxNumber(pax, 'uid') ?? header.uid,
    gid: paxNumber(pax, 'gid') ?? header.gid,
    mtimeSeconds: paxNumber(pax, 'mtime') ?? header.mtime.getTime() / 1000,
    sizeBytes: type === 'file' ? (sparse?.realBytes ?? header.size) : 0,
    byteOffset: byteOffset(header),
    sparse: sparse !== undefined,
    pax,
    content: sparse === undefined ? stored : expandSparse(stored, sparse),
  };
}

/** Archives older than the type for directories mark them by a slash. */
function typeOf(header: Header, isOldSparse: boolean): TarType | undefined {
  const type = isOldSparse ? 'file' : types[header.type];
  return type === 'file' && header.name.endsWith('/') && header.size === 0 ? 'directory' : type;
}

function paxNumber(pax: EntryHeaders['pax'], key: string): number | undefined {
  const text = paxText(pax, key);
  if (text === undefined || text === '') return undefined;
  if (/^-?\d+(\.\d*)?$/.test(text)) return Number(text);
  throw new MayflyError('IMAGE_INVALID', `a PAX header of the archive has a malformed \`${key}\``);
}

/** Set by tar-stream since 3.0, but missing in its types. */
function byteOffset(header: Header & { readonly byteOffset?: number }): number {
  if (header.byteOffset === undefined)
    throw new MayflyError('INTERNAL', 'tar-stream no longer tells where an entry begins');
  return header.byteOffset;
}
