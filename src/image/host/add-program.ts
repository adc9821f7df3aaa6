import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { readFileFact } from '../input-fact.ts';
import { type ElfFacts, parseElf } from './elf.ts';
import { findLibrary, isMusl, type LibraryPlaces, type LoadedObject } from './find-libraries.ts';
import type { HostTree } from './host-tree.ts';
import { type LoaderCache, parseLoaderCache } from './ld-cache.ts';
import { parseShebang } from './shebang.ts';

const loaderCachePath = '/etc/ld.so.cache';

/** What libc loads by itself, without saying so in its headers: name service (before glibc 2.34) and unwinding for pthread_exit. */
const dlopenedByLibc = ['libnss_files.so.2', 'libnss_dns.so.2', 'libgcc_s.so.1'];

/** Brings programs of this machine into a tree, each with all that the kernel and the loader will ask for when it starts. */
export class ProgramCollector {
  readonly #tree: HostTree;
  readonly #find: (program: string) => string;
  readonly #seen = new Set<string>();
  readonly #caches = new Map<number, LoaderCache>();
  #needsLoaderCache = false;

  /** `find` gives the path of a program by its name, or throws. */
  constructor(tree: HostTree, find: (program: string) => string) {
    this.#tree = tree;
    this.#find = find;
  }

  /** A library lies where only the cache knows it. */
  get needsLoaderCache(): boolean {
    return this.#needsLoaderCache;
  }

  add(path: string): void {
    const real = this.#tree.add(path);
    if (real === undefined)
      throw new MayflyError('IMAGE_HOST_PROGRAM_MISSING', `${path} does not exist on this machine`);
    if (this.#seen.has(real)) return;
    this.#seen.add(real);
    const facts = readElf(real);
    if (facts !== undefined) this.#addElf({ path: real, facts });
    else this.#addInterpreter(real);
  }

  /** `#!` scripts need what their first line names; `env` finds another program by name. */
  #addInterpreter(script: string): void {
    const shebang = parseShebang(readHead(script, 256));
    if (shebang === undefined) return;
    this.add(shebang.interpreter);
    if (shebang.program !== undefined)
      this.add(shebang.program.includes('/') ? shebang.program : this.#find(shebang.program));
  }

  #addElf(program: LoadedObject): void {
    if (program.facts.interpreter !== undefined && this.#tree.add(program.facts.interpreter) === undefined) {
      throw new MayflyError(
        'IMAGE_HOST_PROGRAM_MISSING',
        `${program.path} needs the loader ${program.facts.interpreter}, which is not there`,
      );
    }
    const places = this.#places(program.facts);
    const loaded = new Set<string>();
    // Breadth first, as the loader does: a library that is loaded once serves all that need its name.
    const queue: (readonly LoadedObject[])[] = [[program]];
    for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) {
      for (const name of chain[0]?.facts.needed ?? []) {
        if (loaded.has(name)) continue;
        loaded.add(name);
        queue.push(...this.#addLibrary(name, chain, places, true));
        if (name === 'libc.so.6')
          for (const extra of dlopenedByLibc) queue.push(...this.#addLibrary(extra, chain, places, false));
      }
    }
  }

  #addLibrary(
    name: string,
    chain: readonly LoadedObject[],
    places: LibraryPlaces,
    required: boolean,
  ): readonly (readonly LoadedObject[])[] {
    const paths = findLibrary(name, chain, places);
    // The loader itself answers to its name; musl's libc is its loader.
    const isLoader = chain.at(-1)?.facts.interpreter?.endsWith(`/${name}`) === true;
    if (paths.length === 0 && required && !isLoader) {
      throw new MayflyError(
        'IMAGE_HOST_PROGRAM_MISSING',
        `${chain[0]?.path} needs ${name}, which is not on this machine`,
        {
          hint: 'install the package that holds this library',
        },
      );
    }
    return paths.flatMap((path) => {
      this.#tree.add(path);
      if (!isDefaultPlace(path)) this.#needsLoaderCache = true;
      const facts = readElf(path);
      return facts === undefined ? [] : [[{ path, facts }, ...chain]];
    });
  }

  #places(facts: ElfFacts): LibraryPlaces {
    const architecture = facts.machine === 183 ? 'aarch64' : 'x86_64';
    const muslFile = `/etc/ld-musl-${architecture}.path`;
    return {
      cache: isMusl(facts) ? new Map() : this.#cache(facts.machine),
      readElf,
      muslPath: isMusl(facts)
        ? (readText(muslFile)?.split(/[:\n]/).filter(Boolean) ?? ['/lib', '/usr/local/lib', '/usr/lib'])
        : [],
    };
  }

  #cache(machine: number): LoaderCache {
    const known = this.#caches.get(machine);
    if (known !== undefined) return known;
    this.#tree.note(readFileFact(loaderCachePath));
    const cache = parseLoaderCache(readBytes(loaderCachePath), machine);
    this.#caches.set(machine, cache);
    return cache;
  }
}

/** Where glibc looks without its cache. */
function isDefaultPlace(path: string): boolean {
  return /^(?:\/usr)?\/lib(?:64)?(?:\/(?:x86_64|aarch64)-linux-gnu)?(?:\/glibc-hwcaps\/[^/]+)?$/.test(
    dirname(path),
  );
}

function readElf(path: string): ElfFacts | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return parseElf((offset, length) => {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
    });
  } finally {
    closeSync(file);
  }
}

function readHead(path: string, length: number): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, length, 0));
  } finally {
    closeSync(file);
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

function readText(path: string): string | undefined {
  const bytes = readBytes(path);
  return bytes.length === 0 ? undefined : bytes.toString('utf8');
}
