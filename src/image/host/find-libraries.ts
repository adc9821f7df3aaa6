import { dirname } from 'node:path';
import type { ElfFacts } from './elf.ts';
import type { LoaderCache } from './ld-cache.ts';

/** One object on the way from the program to a library, the nearest first. */
export interface LoadedObject {
  readonly path: string;
  readonly facts: ElfFacts;
}

/** What the search may know of the machine. */
export interface LibraryPlaces {
  readonly cache: LoaderCache;
  /** Follows links; undefined when it is no library for that machine. */
  readonly readElf: (path: string) => ElfFacts | undefined;
  /** musl's search path: its file, or its default. */
  readonly muslPath: readonly string[];
}

/** glibc's own places, on Debian with the machine's name (`ld.so --help` prints them). */
const triplets: ReadonlyMap<number, string> = new Map([
  [62, 'x86_64-linux-gnu'],
  [183, 'aarch64-linux-gnu'],
]);

/**
 * Where the loader will take a library from, as ld.so(8) says: RPATH of the object and of what loaded it, RUNPATH of the
 * object alone, the cache, the default directories. Several paths only where the cache has builds for several processors.
 * LD_LIBRARY_PATH is not consulted: containers do not inherit it.
 */
export function findLibrary(
  name: string,
  chain: readonly LoadedObject[],
  places: LibraryPlaces,
): readonly string[] {
  const [object] = chain;
  if (object === undefined) return [];
  const fits = (path: string): boolean => places.readElf(path)?.machine === object.facts.machine;
  if (name.includes('/')) return fits(name) ? [name] : [];
  const found = searchPath(chain, places)
    .map((directory) => `${directory}/${name}`)
    .find(fits);
  if (found !== undefined) return [found];
  const cached = (places.cache.get(name) ?? []).filter(fits);
  if (cached.length > 0) return cached;
  const fallback = defaultDirectories(object.facts.machine)
    .map((directory) => `${directory}/${name}`)
    .find(fits);
  return fallback === undefined ? [] : [fallback];
}

function searchPath(chain: readonly LoadedObject[], places: LibraryPlaces): readonly string[] {
  const [object] = chain;
  const program = chain.at(-1);
  if (object === undefined || program === undefined) return [];
  // musl makes no difference between RPATH and RUNPATH and asks all loaders (musl, ldso/dynlink.c).
  if (isMusl(program.facts))
    return [
      ...chain.flatMap((one) => expand([...one.facts.rpath, ...one.facts.runpath], one)),
      ...places.muslPath,
    ];
  if (object.facts.runpath.length > 0) return expand(object.facts.runpath, object);
  return chain.filter((one) => one.facts.runpath.length === 0).flatMap((one) => expand(one.facts.rpath, one));
}

export function isMusl(facts: ElfFacts): boolean {
  return facts.interpreter?.includes('/ld-musl-') === true;
}

function defaultDirectories(machine: number): readonly string[] {
  const triplet = triplets.get(machine);
  const multiarch = triplet === undefined ? [] : [`/lib/${triplet}`, `/usr/lib/${triplet}`];
  return [...multiarch, '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
}

/** `$ORIGIN` and `$LIB` of ld.so(8). An empty entry means the working directory, which no container shares. */
function expand(paths: readonly string[], object: LoadedObject): readonly string[] {
  const lib = `lib/${triplets.get(object.facts.machine) ?? ''}`;
  return paths
    .filter((path) => path !== '')
    .map((path) =>
      path
        .replaceAll(/\$(?:ORIGIN|\{ORIGIN\})/g, () => dirname(object.path))
        .replaceAll(/\$(?:LIB|\{LIB\})/g, () => lib),
    );
}
