import { posix } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import type { FileChanges, FileFacts } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { errnoOf } from '../client/errno-of.ts';
import { noSlot, type Op, type Slot, type Tape } from '../tape/op.ts';
import type { ContainerHome } from './container-home.ts';
import type { RootParts } from './own-files.ts';
import { parseStatx } from './parse-statx.ts';

const chunkBytes = 1 << 20;

/**
 * Files of a container, read and written by the sandbox's init through a descriptor of the container's root: every path is
 * resolved by the kernel inside that root (openat2), whatever links the container puts in the way.
 */
export class ContainerFiles {
  readonly #home: ContainerHome;
  readonly #container: string;
  /** The container's mount namespace. */
  readonly #mounts: Slot;

  constructor(home: ContainerHome, container: string, mounts: Slot) {
    this.#home = home;
    this.#container = container;
    this.#mounts = mounts;
  }

  async stat(path: string, followLinks: boolean): Promise<FileFacts | undefined> {
    return this.withRoot(async (root) => {
      const facts = await this.#statAt(root, path, followLinks);
      if (facts?.type !== 'symlink') return facts;
      const [target] = await this.#home.init.perform([{ kind: 'readLink', dir: root, path: relative(path) }]);
      return { ...facts, target: Buffer.from(target ?? []).toString() };
    });
  }

  async readFile(path: string, maxBytes: number): Promise<Uint8Array> {
    return this.withRoot(async (root) => {
      const facts = await this.#statAt(root, path, true);
      if (facts === undefined) throw this.#error('PATH_NOT_FOUND', path, 'there is no such file');
      if (facts.type !== 'file')
        throw this.#error('PATH_NOT_FOUND', path, `it is a ${facts.type}, not a file`);
      return this.#readAll(root, path, maxBytes);
    });
  }

  readArchive(path: string): Readable {
    const out = new PassThrough();
    this.#pack(path, out).catch((error: Error) => out.destroy(error));
    return out;
  }

  async writeArchive(path: string, tar: Readable): Promise<void> {
    await this.withRoot(async (root) => {
      const facts = await this.#statAt(root, path, true);
      if (facts?.type !== 'directory')
        throw this.#error('PATH_NOT_FOUND', path, 'there is no such directory');
      const [directory, scratch] = [this.#home.slots.take(), this.#home.slots.take()];
      const open: Op = {
        kind: 'open',
        dir: root,
        path: relative(path),
        flags: openFlags.O_PATH,
        mode: 0,
        resolve: resolveFlags.RESOLVE_IN_ROOT,
        into: directory,
      };
      const { writeArchive } = await import('./write-archive.ts');
      try {
        await this.#home.init.perform([open]);
        await writeArchive(this.#home.init, { directory, scratch, where: `${this.#container}:${path}` }, tar);
      } finally {
        await this.#closeSlots(directory, scratch);
      }
    });
  }

  async changes(parts: RootParts, most: number): Promise<FileChanges> {
    const { withOwnFiles } = await import('./own-files.ts');
    const { readChanges } = await import('./read-changes.ts');
    const { init, slots } = this.#home;
    return withOwnFiles(init, slots, parts, this.#mounts, (files) => readChanges(init, files, most));
  }

  async #pack(path: string, out: PassThrough): Promise<void> {
    await this.withRoot(async (root) => {
      if ((await this.#statAt(root, path, false)) === undefined)
        throw this.#error('PATH_NOT_FOUND', path, 'there is no such file or directory');
      const { pack } = await import('tar-stream');
      const { readArchive } = await import('./read-archive.ts');
      const scratch = this.#home.slots.take();
      const tar = pack();
      tar.on('error', (error) => out.destroy(error));
      out.once('close', () => tar.destroy()); // whoever read it has gone: waiting for room would never end
      tar.pipe(out);
      try {
        await readArchive(
          this.#home.init,
          { root, scratch, path: relative(posix.normalize(path)).replace(/\/$/, '') },
          tar,
        );
      } finally {
        await this.#closeSlots(scratch);
      }
    });
  }

  async #closeSlots(...slots: readonly Slot[]): Promise<void> {
    await this.#home.init.perform(slots.map((slot) => ({ kind: 'close', slot }))).catch(() => {}); // the sandbox is gone
    this.#home.slots.give(...slots);
  }

  /** Opens the container's root for the time of `use`, whose tapes follow without waiting: they are performed in their order. */
  async withRoot<T>(use: (root: Slot) => Promise<T>): Promise<T> {
    const root = this.#home.slots.take();
    const opening = this.#home.init.perform([
      { kind: 'setns', slot: this.#mounts, flags: cloneFlags.CLONE_NEWNS },
      { kind: 'open', dir: noSlot, path: '/', flags: openFlags.O_PATH, mode: 0, resolve: 0, into: root },
    ]);
    try {
      const [opened, used] = await Promise.allSettled([opening, use(root)]);
      if (opened.status === 'rejected') throw opened.reason; // what failed without a root says nothing
      if (used.status === 'rejected') throw used.reason;
      return used.value;
    } finally {
      this.#closeSlots(root); // nobody needs to wait for it
    }
  }

  async #statAt(root: Slot, path: string, followLinks: boolean): Promise<FileFacts | undefined> {
    const tape: Tape = [{ kind: 'stat', dir: root, path: relative(path), flags: followLinks ? 1 : 0 }];
    try {
      const [reply] = await this.#home.init.perform(tape);
      return reply === undefined ? undefined : parseStatx(reply);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #readAll(root: Slot, path: string, maxBytes: number): Promise<Uint8Array> {
    const file = this.#home.slots.take();
    const parts: Uint8Array[] = [];
    const open: Op = {
      kind: 'open',
      dir: root,
      path: relative(path),
      flags: openFlags.O_NONBLOCK,
      mode: 0,
      resolve: resolveFlags.RESOLVE_IN_ROOT,
      into: file,
    };
    try {
      for (let offset = 0; ; ) {
        const read: Op = { kind: 'readSlot', slot: file, offset, length: chunkBytes };
        const [part] = await this.#home.init.perform(offset === 0 ? [open, read] : [read]);
        if (part === undefined || part.byteLength === 0) return Buffer.concat(parts);
        parts.push(part);
        offset += part.byteLength;
        if (offset > maxBytes)
          throw this.#error('OUTPUT_LIMIT', path, `it is larger than the limit of ${maxBytes} bytes`);
      }
    } finally {
      this.#closeSlots(file); // nobody needs to wait for it
    }
  }

  #error(code: 'PATH_NOT_FOUND' | 'OUTPUT_LIMIT', path: string, why: string): MayflyError {
    return new MayflyError(code, `${this.#container}:${path}: ${why}`);
  }
}

/** Below the root descriptor; the root itself is `.`. */
function relative(path: string): string {
  const stripped = path.replace(/^\/+/, '');
  return stripped === '' ? '.' : stripped;
}

function isMissing(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP';
}
