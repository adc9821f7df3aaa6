import { MayflyError } from '../../core/mayfly-error.ts';
import { fileTypes } from './abi/open-flags.ts';
import { supervisorSlots } from './sandbox/sandbox-slots.ts';
import { noSlot, type Op, type Slot } from './tape/op.ts';
import type { TapePerformer } from './tape/tape-performer.ts';

/** Of the server's slots, one that no session uses. */
const treeSlot: Slot = supervisorSlots.firstFree + 2;
const removeDirectory = 0x200;
const opsPerTape = 4096;

/** struct statx (linux/stat.h): stx_mode. */
const modeOffset = 28;
const fileTypeMask = 0o170000;

/** `rm -rf` by a server that has the ids of what is removed. Links are never followed. */
export async function removeTree(server: TapePerformer, directory: string): Promise<void> {
  if (!(await openTree(server, directory))) return;
  const directories = [''];
  for (let at = 0; at < directories.length; at += 1)
    directories.push(...(await clearFiles(server, directories[at] ?? '')));
  // Children were found after their parents, so that backwards every directory is empty.
  const ops = directories
    .slice(1)
    .reverse()
    .map((path): Op => ({ kind: 'unlink', dir: treeSlot, path, flags: removeDirectory, missing: 0 }));
  await performAll(server, ops);
  await server.perform([
    { kind: 'close', slot: treeSlot },
    { kind: 'unlink', dir: noSlot, path: directory, flags: removeDirectory, missing: 0 },
  ]);
}

/** False when there is nothing. */
async function openTree(server: TapePerformer, directory: string): Promise<boolean> {
  try {
    const [facts] = await server.perform([{ kind: 'stat', dir: noSlot, path: directory, flags: 0 }]);
    if (!isDirectory(facts))
      throw new MayflyError('STORE_FAILED', `${directory} is not a directory, and is not removed`);
    await server.perform([
      { kind: 'open', dir: noSlot, path: directory, flags: 0, mode: 0, resolve: 0, into: treeSlot },
    ]);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isDirectory(statx: Uint8Array | undefined): boolean {
  return (Buffer.from(statx ?? []).readUInt16LE(modeOffset) & fileTypeMask) === fileTypes.S_IFDIR;
}

/** Removes what is no directory; returns the directories. */
async function clearFiles(server: TapePerformer, path: string): Promise<readonly string[]> {
  const [listing] = await server.perform([
    { kind: 'listDirectory', dir: treeSlot, path: path === '' ? '.' : path },
  ]);
  const names = Buffer.from(listing ?? [])
    .toString('utf8')
    .split('\0')
    .filter(Boolean);
  const paths = names.map((name) => (path === '' ? name : `${path}/${name}`));
  const facts = await performAll(
    server,
    paths.map((child): Op => ({ kind: 'stat', dir: treeSlot, path: child, flags: 0 })),
  );
  const files = paths.filter((_, index) => !isDirectory(facts[index]));
  await performAll(
    server,
    files.map((child): Op => ({ kind: 'unlink', dir: treeSlot, path: child, flags: 0, missing: 1 })),
  );
  return paths.filter((_, index) => isDirectory(facts[index]));
}

async function performAll(server: TapePerformer, ops: readonly Op[]): Promise<readonly Uint8Array[]> {
  const replies: Uint8Array[] = [];
  for (let at = 0; at < ops.length; at += opsPerTape)
    replies.push(...(await server.perform(ops.slice(at, at + opsPerTape))));
  return replies;
}

function isMissing(error: unknown): boolean {
  const cause: unknown = error instanceof MayflyError ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'errno' in cause && cause.errno === 'ENOENT';
}
