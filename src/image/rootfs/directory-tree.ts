import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { copiedFile } from '../host/copied-file.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import { renderStamp } from '../input-fact.ts';
import type { LayerEntry } from '../layer/layer-entry.ts';
import type { LayerMetadata, LayerTime } from '../layer-writer.ts';

interface TreeUser {
  readonly uid: number;
  readonly gid: number;
}

interface WalkedFile {
  /** Relative; empty for the directory itself. */
  readonly name: string;
  readonly path: string;
  readonly facts: BigIntStats;
}

/** Everything in a directory, parents first, in an order that does not change. Links are never followed. */
function* walk(root: string, limits: ImageLimits): Generator<WalkedFile> {
  const pending = [''];
  let count = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const path = join(root, name);
    const facts =
      name === ''
        ? statSync(path, { bigint: true })
        : lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (facts === undefined) continue;
    count += 1;
    if (count > limits.sourceFiles) throw limitError('sourceFiles', limits, `${root} has too many files`);
    yield { name, path, facts };
    if (!facts.isDirectory()) continue;
    const below = name === '' ? '' : `${name}/`;
    for (const child of readdirSync(path).sort().reverse()) pending.push(`${below}${child}`);
  }
}

/** By what the kernel says of every file, without reading one. */
export function digestDirectory(root: string, user: TreeUser, limits: ImageLimits): string {
  const hash = createHash('sha256').update(JSON.stringify(['mayfly directory layer 1', user]));
  for (const { name, facts } of walk(root, limits))
    hash.update(`${name}\0${facts.uid}:${facts.gid}:${renderStamp(facts)}\0`);
  return `sha256:${hash.digest('hex')}`;
}

export async function* readDirectoryEntries(
  root: string,
  user: TreeUser,
  limits: ImageLimits,
): AsyncGenerator<LayerEntry> {
  const firstNames = new Map<string, string>();
  for (const file of walk(root, limits)) {
    const inode = `${file.facts.dev}:${file.facts.ino}`;
    const linked = file.facts.nlink > 1n && !file.facts.isDirectory();
    const first = linked ? firstNames.get(inode) : undefined;
    if (linked) firstNames.set(inode, file.name);
    if (first !== undefined) yield { kind: 'hardlink', name: file.name, target: first };
    else yield* toEntry(file, user);
  }
}

function* toEntry({ name, path, facts }: WalkedFile, user: TreeUser): Generator<LayerEntry> {
  const metadata = toMetadata(facts, user);
  if (facts.isDirectory()) yield { kind: 'directory', name, metadata };
  else if (facts.isSymbolicLink()) yield { kind: 'symlink', name, target: readlinkSync(path), metadata };
  else if (facts.isFile())
    yield { kind: 'file', name, metadata, sizeBytes: Number(facts.size), content: copiedFile(path, facts) };
  else if (facts.isFIFO()) yield { kind: 'fifo', name, metadata };
  // A socket is somebody's; devices are reported and left out.
  else if (!facts.isSocket()) yield { kind: 'device', name };
}

/** What an ordinary user unpacked for himself is root's inside, as in a build's COPY; root's own view is kept as it is. */
function toMetadata(facts: BigIntStats, user: TreeUser): LayerMetadata {
  const [uid, gid] = [Number(facts.uid), Number(facts.gid)];
  return {
    mode: Number(facts.mode) & 0o7777,
    uid: user.uid !== 0 && uid === user.uid ? 0 : uid,
    gid: user.uid !== 0 && gid === user.gid ? 0 : gid,
    mtime: toTime(facts.mtimeNs),
    xattrs: [],
  };
}

/** Before 1970 is as good as then. */
function toTime(ns: bigint): LayerTime {
  return ns < 0n
    ? { seconds: 0, nanoseconds: 0 }
    : { seconds: Number(ns / 1_000_000_000n), nanoseconds: Number(ns % 1_000_000_000n) };
}
