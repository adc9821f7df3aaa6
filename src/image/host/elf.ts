/** What the dynamic loader will want to know about an ELF file (elf(5)); 64-bit little-endian, as on all machines of ours. */
export interface ElfFacts {
  readonly machine: number;
  /** Undefined: static, or a library. */
  readonly interpreter: string | undefined;
  readonly needed: readonly string[];
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
}

/** Reads `length` bytes at `offset`; fewer at the file's end. */
export type ReadBytes = (offset: number, length: number) => Buffer;

const segment = { load: 1, dynamic: 2, interpreter: 3 } as const;
const tag = { end: 0, needed: 1, stringTable: 5, rpath: 15, runpath: 29 } as const;
const maxSegments = 256;
const maxDynamicBytes = 2 ** 20;
const maxStringBytes = 4096;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly sizeBytes: number;
}

/** Undefined when it is no ELF file of that kind. */
export function parseElf(read: ReadBytes): ElfFacts | undefined {
  const header = read(0, 64);
  if (header.length < 64 || header.readUInt32BE(0) !== 0x7f45_4c46 || header[4] !== 2 || header[5] !== 1)
    return undefined;
  const segments = parseSegments(read, header);
  const interpreter = segments.find(({ type }) => type === segment.interpreter);
  const dynamic = parseDynamic(read, segments);
  const string = (offset: number): string => readString(read, dynamic.strings + offset);
  const paths = (wanted: number): readonly string[] =>
    dynamic.entries.filter(([key]) => key === wanted).flatMap(([, offset]) => string(offset).split(':'));
  return {
    machine: header.readUInt16LE(18),
    interpreter: interpreter === undefined ? undefined : readString(read, interpreter.offset),
    needed: dynamic.entries.filter(([key]) => key === tag.needed).map(([, offset]) => string(offset)),
    rpath: paths(tag.rpath),
    runpath: paths(tag.runpath),
  };
}

function parseSegments(read: ReadBytes, header: Buffer): readonly Segment[] {
  const [at, entryBytes, count] = [
    Number(header.readBigUInt64LE(32)),
    header.readUInt16LE(54),
    header.readUInt16LE(56),
  ];
  if (entryBytes < 56 || count > maxSegments) return [];
  const table = read(at, entryBytes * count);
  return Array.from({ length: Math.floor(table.length / entryBytes) }, (_, index) => {
    const entry = table.subarray(index * entryBytes);
    return {
      type: entry.readUInt32LE(0),
      offset: Number(entry.readBigUInt64LE(8)),
      address: Number(entry.readBigUInt64LE(16)),
      sizeBytes: Number(entry.readBigUInt64LE(32)),
    };
  });
}

function parseDynamic(
  read: ReadBytes,
  segments: readonly Segment[],
): { readonly entries: readonly (readonly [number, number])[]; readonly strings: number } {
  const dynamic = segments.find(({ type }) => type === segment.dynamic);
  if (dynamic === undefined) return { entries: [], strings: 0 };
  const table = read(dynamic.offset, Math.min(dynamic.sizeBytes, maxDynamicBytes));
  const entries: (readonly [number, number])[] = [];
  for (let at = 0; at + 16 <= table.length; at += 16) {
    const key = Number(table.readBigInt64LE(at));
    if (key === tag.end) break;
    entries.push([key, Number(table.readBigUInt64LE(at + 8))]);
  }
  const address = entries.find(([key]) => key === tag.stringTable)?.[1] ?? 0;
  const load = segments.find(
    (one) => one.type === segment.load && address >= one.address && address < one.address + one.sizeBytes,
  );
  return { entries, strings: load === undefined ? address : address - load.address + load.offset };
}

function readString(read: ReadBytes, offset: number): string {
  const bytes = read(offset, maxStringBytes);
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString('utf8');
}
