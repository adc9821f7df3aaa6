import { Readable } from 'node:stream';
import type { FileChanges, FileFacts } from '../../../core/engine.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { noSlot, type Op, type Slot } from '../tape/op.ts';
import type { ContainerHome } from './container-home.ts';
import type { RootParts } from './own-files.ts';
import { RootFiles, relative } from './root-files.ts';

/**
 * Files of a container, read and written by the sandbox's init through a descriptor of the container's root: every path is
 * resolved by the kernel inside that root (openat2), whatever links the container puts in the way.
 */
export class ContainerFiles {
  readonly #home: ContainerHome;
  readonly #container: string;
  /** The container's mount namespace. */
  readonly #mounts: Slot;
  readonly #root: RootFiles;

  constructor(home: ContainerHome, container: string, mounts: Slot) {
    this.#home = home;
    this.#container = container;
    this.#mounts = mounts;
    this.#root = new RootFiles(home, container, (into) => [
      { kind: 'setns', slot: mounts, flags: cloneFlags.CLONE_NEWNS },
      { kind: 'open', dir: noSlot, path: '/', flags: openFlags.O_PATH, mode: 0, resolve: 0, into },
    ]);
  }

  stat(path: string, followLinks: boolean): Promise<FileFacts | undefined> {
    return this.#root.stat(path, followLinks);
  }

  readFile(path: string, maxBytes: number): Promise<Uint8Array> {
    return this.#root.readFile(path, maxBytes);
  }

  readArchive(path: string): Readable {
    return this.#root.readArchive(path);
  }

  async writeArchive(path: string, tar: Readable): Promise<void> {
    await this.#root.withRoot(async (root) => {
      const facts = await this.#root.statAt(root, path, true);
      if (facts?.type !== 'directory')
        throw this.#root.error('PATH_NOT_FOUND', path, 'there is no such directory');
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
        await this.#root.closeSlots(directory, scratch);
      }
    });
  }

  async changes(parts: RootParts, most: number): Promise<FileChanges> {
    const { openOwnFiles } = await import('./own-files.ts');
    const { readChanges } = await import('./read-changes.ts');
    const { init, slots } = this.#home;
    await using files = await openOwnFiles(init, slots, parts, this.#mounts);
    return await readChanges(init, files, most);
  }

  readLayer(parts: RootParts): Readable {
    return Readable.from(this.#layerTar(parts), { objectMode: false });
  }

  async *#layerTar(parts: RootParts): AsyncGenerator<Uint8Array> {
    const { openOwnFiles } = await import('./own-files.ts');
    const { readLayer } = await import('./read-layer.ts');
    const { writeTar } = await import('../../../image/tar/write-tar.ts');
    const { init, slots } = this.#home;
    const scratch = slots.take();
    try {
      await using files = await openOwnFiles(init, slots, parts, this.#mounts);
      yield* writeTar(readLayer(init, files, scratch));
    } finally {
      slots.give(scratch);
    }
  }
}
