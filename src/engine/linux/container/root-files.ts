import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type { FileFacts } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { errnoOf } from '../client/errno-of.ts';
import type { SlotPool } from '../sandbox/slot-pool.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { parseStatx } from './parse-statx.ts';

const chunkBytes = 1 << 20;

/** Who looks: the sandbox's init, through slots of its own. */
export interface FilesReader {
  readonly init: TapePerformer;
  readonly slots: SlotPool;
}

/** Files below a root, read through a descriptor of it: every path is resolved by the kernel inside that root (openat2). */
export class RootFiles {
  readonly #reader: FilesReader;
  readonly #where: string;
  readonly #openRoot: (into: Slot) => Tape;

  /** `where`: for errors. `openRoot` is performed for each look. */
  constructor(reader: FilesReader, where: string, openRoot: (into: Slot) => Tape) {
    this.#reader = reader;
    this.#where = where;
    this.#openRoot = openRoot;
  }

  async stat(path: string, followLinks: boolean): Promise<FileFacts | undefined> {
    return this.withRoot(async (root) => {
      const facts = await this.statAt(root, path, followLinks);
      if (facts?.type !== 'symlink') return facts;
      const [target] = await this.#reader.init.perform([
        { kind: 'readLink', dir: root, path: relative(path) },
      ]);
      return { ...facts, target: Buffer.from(target ?? []).toString() };
    });
  }

  async readFile(path: string, maxBytes: number): Promise<Uint8Array> {
    return this.withRoot(async (root) => {
      const facts = await this.statAt(root, path, true);
      if (facts === undefined) throw this.error('PATH_NOT_FOUND', path, 'there is no such file');
      if (facts.type !== 'file')
        throw this.error('PATH_NOT_FOUND', path, `it is a ${facts.type}, not a file`);
      return this.#readAll(root, path, maxBytes);
    });
  }

  readArchive(path: string): Readable {
    return Readable.from(this.#archive(path), { objectMode: false });
  }

  async *#archive(path: string): AsyncGenerator<Uint8Array> {
    const { readTree } = await import('./read-tree.ts');
    const { writeTar } = await import('../../../image/tar/write-tar.ts');
    const { init, slots } = this.#reader;
    const [root, scratch] = [slots.take(), slots.take()];
    try {
      await init.perform(this.#openRoot(root));
      if ((await this.statAt(root, path, false)) === undefined)
        throw this.error('PATH_NOT_FOUND', path, 'there is no such file or directory');
      const clean = relative(posix.normalize(path)).replace(/\/$/, '');
      yield* writeTar(readTree(init, { root, scratch, path: clean === '.' ? '' : clean }));
    } finally {
      await this.closeSlots(root, scratch);
    }
  }

  async closeSlots(...slots: readonly Slot[]): Promise<void> {
    const close: Tape = slots.map((slot) => ({ kind: 'close', slot }));
    await this.#reader.init.perform(close).catch(() => {}); // the sandbox is gone
    this.#reader.slots.give(...slots);
  }

  /** Opens the root for the time of `use`, whose tapes follow without waiting: they are performed in their order. */
  async withRoot<T>(use: (root: Slot) => Promise<T>): Promise<T> {
    const root = this.#reader.slots.take();
    const opening = this.#reader.init.perform(this.#openRoot(root));
    try {
      const [opened, used] = await Promise.allSettled([opening, use(root)]);
      if (opened.status === 'rejected') throw opened.reason; // what failed without a root says nothing
      if (used.status === 'rejected') throw used.reason;
      return used.value;
    } finally {
      this.closeSlots(root); // nobody needs to wait for it
    }
  }

  async statAt(root: Slot, path: string, followLinks: boolean): Promise<FileFacts | undefined> {
    const tape: Tape = [{ kind: 'stat', dir: root, path: relative(path), flags: followLinks ? 1 : 0 }];
    try {
      const [reply] = await this.#reader.init.perform(tape);
      return reply === undefined ? undefined : parseStatx(reply);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #readAll(root: Slot, path: string, maxBytes: number): Promise<Uint8Array> {
    const file = this.#reader.slots.take();
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
        const [part] = await this.#reader.init.perform(offset === 0 ? [open, read] : [read]);
        if (part === undefined || part.byteLength === 0) return Buffer.concat(parts);
        parts.push(part);
        offset += part.byteLength;
        if (offset > maxBytes)
          throw this.error('OUTPUT_LIMIT', path, `it is larger than the limit of ${maxBytes} bytes`);
      }
    } finally {
      this.closeSlots(file); // nobody needs to wait for it
    }
  }

  error(code: 'PATH_NOT_FOUND' | 'OUTPUT_LIMIT', path: string, why: string): MayflyError {
    return new MayflyError(code, `${this.#where}:${path}: ${why}`);
  }
}

/** Below the root descriptor; the root itself is `.`. */
export function relative(path: string): string {
  const stripped = path.replace(/^\/+/, '');
  return stripped === '' ? '.' : stripped;
}

function isMissing(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP';
}
