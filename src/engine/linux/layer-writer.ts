import { MayflyError } from '../../core/mayfly-error.ts';
import type {
  LayerMetadata,
  LayerOp,
  LayerSession,
  LayerTime,
  LayerWriter,
} from '../../image/layer-writer.ts';
import { fileTypes, openFlags, resolveFlags } from './abi/open-flags.ts';
import { LayerTape } from './layer-tape.ts';
import { removeTree } from './remove-tree.ts';
import { supervisorSlots } from './sandbox/sandbox-slots.ts';
import { noSlot, type Op, type Slot } from './tape/op.ts';
import type { TapePerformer } from './tape/tape-performer.ts';

/** The server that performs is the layer's alone: nothing else has slots in it. */
const rootSlot: Slot = supervisorSlots.firstFree;
const fileSlot: Slot = supervisorSlots.firstFree + 1;

/** stat(2); the device of a whiteout. */
const characterType = 0o020000;
/** Above this, one chunk of a file is one write of several. */
const writeBytes = 2 ** 18;

/**
 * Writes layers through a server of the launcher, which has the ids: root itself, or root of a user namespace with the user's
 * subordinate ids. Every path is resolved by the kernel below the layer's root (openat2 with RESOLVE_IN_ROOT), so that even a
 * mistake of the code before this could not lead out.
 */
export class LauncherLayerWriter implements LayerWriter {
  readonly #server: TapePerformer;
  readonly #close: () => Promise<void>;

  constructor(server: TapePerformer, close: () => Promise<void>) {
    this.#server = server;
    this.#close = close;
  }

  async begin(directory: string): Promise<LayerSession> {
    await this.#server.perform([
      { kind: 'open', dir: noSlot, path: directory, flags: 0, mode: 0, resolve: 0, into: rootSlot },
    ]);
    return new LauncherLayerSession(this.#server, directory);
  }

  async remove(directory: string): Promise<void> {
    await removeTree(this.#server, directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

class LauncherLayerSession implements LayerSession {
  readonly #tape: LayerTape;
  readonly #directory: string;

  constructor(server: TapePerformer, directory: string) {
    this.#tape = new LayerTape(server);
    this.#directory = directory;
  }

  async apply(op: LayerOp): Promise<void> {
    try {
      if (op.kind === 'writeFile') await this.#writeFile(op.path, op.metadata, op.content);
      else await this.#tape.add(...planLayerOp(op, this.#directory));
    } catch (error) {
      throw writeError(error);
    }
  }

  async finish(): Promise<void> {
    try {
      await this.#tape.add({ kind: 'syncSlot', slot: rootSlot }, { kind: 'close', slot: rootSlot });
      await this.#tape.settle();
    } catch (error) {
      throw writeError(error);
    }
  }

  async abort(): Promise<void> {
    await this.#tape.abandon();
  }

  async #writeFile(path: string, metadata: LayerMetadata, content: AsyncIterable<Uint8Array>): Promise<void> {
    const flags = openFlags.O_WRONLY | openFlags.O_CREAT | openFlags.O_EXCL;
    const resolve = resolveFlags.RESOLVE_IN_ROOT;
    await this.#tape.add({ kind: 'open', dir: rootSlot, path, flags, mode: 0o600, resolve, into: fileSlot });
    for await (const chunk of content) {
      for (let at = 0; at < chunk.length; at += writeBytes) {
        await this.#tape.add({
          kind: 'writeSlot',
          slot: fileSlot,
          data: chunk.subarray(at, at + writeBytes),
        });
      }
    }
    await this.#tape.add(...planFileEnd(path, metadata));
  }
}

/** Owner first: chown clears set-uid bits and file capabilities (chown(2)). Times last: everything else moves them. */
function planFileEnd(path: string, metadata: LayerMetadata): readonly Op[] {
  return [
    { kind: 'chownSlot', slot: fileSlot, uid: metadata.uid, gid: metadata.gid },
    { kind: 'chmodSlot', slot: fileSlot, mode: metadata.mode },
    ...planXattrs(rootSlot, path, metadata),
    planTimes(rootSlot, path, metadata.mtime),
    { kind: 'close', slot: fileSlot },
  ];
}

/** The operations for one change of a layer, all but files' content. */
function planLayerOp(op: Exclude<LayerOp, { kind: 'writeFile' }>, directory: string): readonly Op[] {
  switch (op.kind) {
    case 'makeDirectory':
      return [
        { kind: 'mkdir', dir: rootSlot, path: op.path, mode: 0o700, flags: 0 },
        ...planDirectory(op.path, op.metadata, directory),
      ];
    case 'setDirectory':
      return planDirectory(op.path, op.metadata, directory);
    case 'setTimes':
      return [planTimes(...place(op.path, directory), op.mtime)];
    case 'makeSymlink':
      return [
        { kind: 'symlink', dir: rootSlot, path: op.path, target: op.target },
        planOwner(op.path, op.metadata),
        planTimes(rootSlot, op.path, op.metadata.mtime),
      ];
    case 'makeHardlink':
      return [{ kind: 'link', fromDir: rootSlot, fromPath: op.existing, dir: rootSlot, path: op.path }];
    case 'makeFifo':
      return [
        { kind: 'mknod', dir: rootSlot, path: op.path, mode: fileTypes.S_IFIFO | 0o600, device: 0 },
        planOwner(op.path, op.metadata),
        { kind: 'chmod', dir: rootSlot, path: op.path, mode: op.metadata.mode },
        planTimes(rootSlot, op.path, op.metadata.mtime),
      ];
    case 'makeWhiteout':
      // Allowed to root of any user namespace since Linux 5.8 (fs/namei.c, vfs_mknod, WHITEOUT_DEV).
      return [{ kind: 'mknod', dir: rootSlot, path: op.path, mode: characterType, device: 0 }];
    case 'markOpaque':
      return [
        {
          kind: 'setXattr',
          dir: rootSlot,
          path: op.path,
          name: 'user.overlay.opaque',
          value: Buffer.from('y'),
        },
      ];
    case 'remove':
      return [{ kind: 'unlink', dir: rootSlot, path: op.path, flags: 0, missing: 0 }];
    default:
      return op satisfies never;
  }
}

/** Owner first, for chown clears bits of the mode. */
function planDirectory(path: string, metadata: LayerMetadata, directory: string): readonly Op[] {
  const [dir, name] = place(path, directory);
  return [
    { kind: 'chown', dir, path: name, uid: metadata.uid, gid: metadata.gid },
    { kind: 'chmod', dir, path: name, mode: metadata.mode },
    ...planXattrs(dir, name, metadata),
  ];
}

/** The layer's root has no name below itself: it goes by its absolute path, all of which is ours. */
function place(path: string, directory: string): readonly [Slot, string] {
  return path === '' ? [noSlot, directory] : [rootSlot, path];
}

function planOwner(path: string, metadata: LayerMetadata): Op {
  return { kind: 'chown', dir: rootSlot, path, uid: metadata.uid, gid: metadata.gid };
}

function planTimes(dir: Slot, path: string, mtime: LayerTime): Op {
  return { kind: 'setTimes', dir, path, seconds: mtime.seconds, nanoseconds: mtime.nanoseconds };
}

function planXattrs(dir: Slot, path: string, metadata: LayerMetadata): readonly Op[] {
  return metadata.xattrs.map(({ name, value }) => ({ kind: 'setXattr', dir, path, name, value }));
}

/** What the launcher says names the operation, its path and the errno; here it is the store that could not be written. */
function writeError(error: unknown): unknown {
  if (!(error instanceof MayflyError) || error.code !== 'LAUNCH_FAILED') return error;
  return new MayflyError('STORE_FAILED', `a layer cannot be written: ${error.message}`, { cause: error });
}
