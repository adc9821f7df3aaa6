/** Where ldconfig found each library: several places where processors have builds of their own (glibc-hwcaps). */
export type LoaderCache = ReadonlyMap<string, readonly string[]>;

const magic = 'glibc-ld.so.cache1.1';
const headerBytes = 48;
const entryBytes = 24;

/** The type in an entry's flags: ELF for libc6, and the machine (glibc, sysdeps/generic/ldconfig.h), by ELF machine number. */
const machineFlags: ReadonlyMap<number, number> = new Map([
  [62, 0x0303],
  [183, 0x0a03],
]);

/** /etc/ld.so.cache in its present format (glibc, sysdeps/generic/dl-cache.h); empty when it is another one, as musl has none. */
export function parseLoaderCache(bytes: Buffer, machine: number): LoaderCache {
  const cache = new Map<string, string[]>();
  const start = bytes.indexOf(magic);
  if (start < 0 || start + headerBytes > bytes.length) return cache;
  const count = Math.min(
    bytes.readUInt32LE(start + 20),
    Math.floor((bytes.length - start - headerBytes) / entryBytes),
  );
  for (let index = 0; index < count; index += 1) {
    const at = start + headerBytes + index * entryBytes;
    if (bytes.readUInt32LE(at) !== machineFlags.get(machine)) continue;
    const name = readText(bytes, start + bytes.readUInt32LE(at + 4));
    const path = readText(bytes, start + bytes.readUInt32LE(at + 8));
    cache.set(name, [...(cache.get(name) ?? []), path]);
  }
  return cache;
}

function readText(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString('utf8', at, end < 0 ? bytes.length : end);
}
