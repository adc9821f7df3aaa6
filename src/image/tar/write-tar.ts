import type { LayerEntry } from '../layer/layer-entry.ts';
import type { LayerMetadata } from '../layer-writer.ts';
import { renderPaxRecords } from './render-pax.ts';

/** POSIX pax (IEEE 1003.1, "pax Interchange Format"): everything is in blocks of this. */
const blockBytes = 512;

const typeFlags = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  directory: '5',
  fifo: '6',
  extended: 'x',
} as const;

interface Header {
  readonly name: string;
  readonly type: keyof typeof typeFlags;
  readonly link: string;
  readonly sizeBytes: number;
  readonly metadata: LayerMetadata;
}

const plain: LayerMetadata = {
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: { seconds: 0, nanoseconds: 0 },
  xattrs: [],
};

/**
 * The tar of a layer. The same entries give the same bytes: nothing of who writes it is in it, and a PAX header stands only
 * where the old fields cannot hold a value.
 */
export async function* writeTar(entries: AsyncIterable<LayerEntry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) yield* writeEntry(entry);
  yield Buffer.alloc(2 * blockBytes);
}

async function* writeEntry(entry: LayerEntry): AsyncGenerator<Uint8Array> {
  switch (entry.kind) {
    case 'file':
      yield* renderHeader({ ...entry, type: 'file', link: '' });
      yield* writeContent(entry);
      return;
    case 'directory':
      yield* renderHeader({ ...entry, name: `${entry.name}/`, type: 'directory', link: '', sizeBytes: 0 });
      return;
    case 'symlink':
      yield* renderHeader({ ...entry, type: 'symlink', link: entry.target, sizeBytes: 0 });
      return;
    case 'hardlink':
      yield* renderHeader({ ...entry, type: 'hardlink', link: entry.target, sizeBytes: 0, metadata: plain });
      return;
    case 'fifo':
      yield* renderHeader({ ...entry, type: 'fifo', link: '', sizeBytes: 0 });
      return;
    case 'device': // never made from an image, so that none is written into one
      return;
    default:
      entry satisfies never;
  }
}

async function* writeContent(entry: LayerEntry & { readonly kind: 'file' }): AsyncGenerator<Uint8Array> {
  let written = 0;
  for await (const chunk of entry.content) {
    written += chunk.length;
    if (written > entry.sizeBytes) break;
    yield chunk;
  }
  if (written !== entry.sizeBytes)
    throw new Error(`${entry.name} has ${written} bytes or more, and was to have ${entry.sizeBytes}`);
  const rest = written % blockBytes;
  if (rest > 0) yield Buffer.alloc(blockBytes - rest);
}

/** The largest numbers of octal fields with 7 and 11 digits. */
const mostId = 0o7777777;
const mostSize = 0o77777777777;

function* renderHeader(header: Header): Generator<Uint8Array> {
  const { name, link, sizeBytes, metadata } = header;
  const { uid, gid, mtime, xattrs } = metadata;
  const records: [string, string | Uint8Array][] = [];
  if (!fits(name)) records.push(['path', name]);
  if (!fits(link)) records.push(['linkpath', link]);
  if (uid > mostId) records.push(['uid', String(uid)]);
  if (gid > mostId) records.push(['gid', String(gid)]);
  if (sizeBytes > mostSize) records.push(['size', String(sizeBytes)]);
  if (mtime.nanoseconds > 0) records.push(['mtime', renderTime(mtime)]);
  for (const xattr of sorted(xattrs)) records.push([`SCHILY.xattr.${xattr.name}`, xattr.value]);
  if (records.length > 0) {
    const content = renderPaxRecords(records);
    yield renderBlock({
      name: 'PaxHeaders',
      type: 'extended',
      link: '',
      sizeBytes: content.length,
      metadata: plain,
    });
    yield content;
    const rest = content.length % blockBytes;
    if (rest > 0) yield Buffer.alloc(blockBytes - rest);
  }
  yield renderBlock(header);
}

function sorted(xattrs: LayerMetadata['xattrs']): LayerMetadata['xattrs'] {
  return xattrs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function fits(text: string): boolean {
  return text.length <= 100 && /^[\x20-\x7e]*$/.test(text);
}

function renderTime({ seconds, nanoseconds }: LayerMetadata['mtime']): string {
  return `${seconds}.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`;
}

function renderBlock({ name, type, link, sizeBytes, metadata }: Header): Uint8Array {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, digits: number): void => {
    block.write(
      Math.min(value, 8 ** digits - 1)
        .toString(8)
        .padStart(digits, '0'),
      at,
      'latin1',
    );
  };
  Buffer.from(name).copy(block, 0, 0, 100);
  octal(metadata.mode & 0o7777, 100, 7);
  octal(metadata.uid, 108, 7);
  octal(metadata.gid, 116, 7);
  octal(sizeBytes, 124, 11);
  octal(metadata.mtime.seconds, 136, 11);
  block.fill(' ', 148, 156);
  block.write(typeFlags[type], 156, 'latin1');
  Buffer.from(link).copy(block, 157, 0, 100);
  block.write('ustar\x0000', 257, 'latin1');
  octal(0, 329, 7);
  octal(0, 337, 7);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
