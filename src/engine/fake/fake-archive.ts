import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { extract, type Header, type Pack, pack } from 'tar-stream';
import type { FileChange } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { FakeFileSystem } from './fake-file-system.ts';
import { directoryNode, type FakeNode, fileNode, symlinkNode } from './fake-tree.ts';

/** A tar stream of `path`, whose base name is the root entry. */
export function packTree(files: FakeFileSystem, path: string): Readable {
  return Readable.from(packedChunks(files, posix.normalize(path)), { objectMode: false });
}

/** What was changed, as a layer of an image. */
export function packLayer(files: FakeFileSystem, changes: readonly FileChange[]): Readable {
  return Readable.from(layerChunks(files, changes), { objectMode: false });
}

async function* layerChunks(
  files: FakeFileSystem,
  changes: readonly FileChange[],
): AsyncGenerator<Uint8Array> {
  const stream = pack();
  for (const { path, change } of changes) {
    const name = path.slice(1);
    if (change !== 'deleted') addNode(stream, files.lookup(path, false), name);
    else
      stream.entry({ name: posix.join(posix.dirname(name), `.wh.${posix.basename(name)}`), mode: 0o600 }, '');
  }
  stream.finalize();
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
}

async function* packedChunks(files: FakeFileSystem, path: string): AsyncGenerator<Uint8Array> {
  if (files.lookup(path, false) === undefined)
    throw new MayflyError('PATH_NOT_FOUND', `no \`${path}\` in the container`);
  const stream = pack();
  addEntry(stream, files, path, posix.basename(path) || '.');
  stream.finalize();
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
}

function addEntry(stream: Pack, files: FakeFileSystem, path: string, name: string): void {
  const node = files.lookup(path, false);
  addNode(stream, node, name);
  if (node?.type !== 'directory') return;
  for (const child of files.list(path)) addEntry(stream, files, posix.join(path, child), `${name}/${child}`);
}

function addNode(stream: Pack, node: FakeNode | undefined, name: string): void {
  if (node === undefined) return;
  const header = {
    name,
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    mtime: new Date(node.modifiedAtMs),
    type: node.type,
  };
  if (node.type === 'symlink') stream.entry({ ...header, linkname: node.target });
  else if (node.type === 'directory') stream.entry(header);
  else stream.entry(header, node.content);
}

/** Places the entries of a tar stream below a directory. */
export async function unpackTree(files: FakeFileSystem, directory: string, tar: Readable): Promise<void> {
  const stream = extract();
  const fed = feed(tar, stream);
  for await (const entry of stream) {
    const { header } = entry;
    const path = posix.join(directory, posix.join('/', header.name)).replace(/(?<=.)\/$/, '');
    const content = await contentOf(entry);
    if (path === directory) continue;
    files.makeDirectories(posix.dirname(path));
    files.put(path, nodeOf(header, content, files, directory));
  }
  await fed;
}

async function feed(tar: Readable, into: ReturnType<typeof extract>): Promise<void> {
  try {
    for await (const chunk of tar)
      if (!into.write(chunk)) await new Promise<void>((resolve) => into.once('drain', resolve));
    into.end(null);
  } catch (error) {
    into.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

async function contentOf(entry: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function nodeOf(header: Header, content: Uint8Array, files: FakeFileSystem, directory: string): FakeNode {
  const { mode, uid, gid } = header;
  const owner = { uid, gid, modifiedAtMs: header.mtime.getTime() };
  switch (header.type) {
    case 'directory':
      return directoryNode({ mode, ...owner });
    case 'symlink':
      return symlinkNode(header.linkname, owner);
    case 'link':
      return fileNode(files.read(posix.join(directory, header.linkname)), { mode, ...owner });
    default:
      return fileNode(content, { mode, ...owner });
  }
}
