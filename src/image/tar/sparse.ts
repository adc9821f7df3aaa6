import { MayflyError } from '../../core/mayfly-error.ts';
import { type PaxRecord, paxText } from './pax.ts';

/** Data of a sparse file: `length` bytes of what is stored belong at `offset`; between lie holes. */
interface SparseRun {
  readonly offset: number;
  readonly length: number;
}

export interface SparseFile {
  readonly realBytes: number;
  /** Undefined: the map stands before the data (GNU format 1.0). */
  readonly runs: readonly SparseRun[] | undefined;
  /** The real name, where the header's is a stand-in. */
  readonly name: string | undefined;
}

const maxRuns = 100_000;

/** GNU tar's three PAX formats for sparse files (GNU tar manual, "Storing Sparse Files"). Undefined: the file is not sparse. */
export function parseSparse(pax: readonly PaxRecord[]): SparseFile | undefined {
  const version = `${paxText(pax, 'GNU.sparse.major') ?? ''}.${paxText(pax, 'GNU.sparse.minor') ?? ''}`;
  const name = paxText(pax, 'GNU.sparse.name');
  if (version === '1.0')
    return { realBytes: parseCount(paxText(pax, 'GNU.sparse.realsize')), runs: undefined, name };
  const size = paxText(pax, 'GNU.sparse.size');
  if (size === undefined) return undefined;
  const map = paxText(pax, 'GNU.sparse.map');
  const numbers = map === undefined ? listedRuns(pax) : map.split(',').map(parseCount);
  return { realBytes: parseCount(size), runs: pairRuns(numbers), name };
}

function listedRuns(pax: readonly PaxRecord[]): number[] {
  return pax
    .filter(({ key }) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes')
    .map(({ value }) => parseCount(Buffer.from(value).toString('latin1')));
}

function parseCount(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw malformed();
  return Number(text);
}

function pairRuns(numbers: readonly number[]): readonly SparseRun[] {
  if (numbers.length % 2 !== 0 || numbers.length > maxRuns * 2) throw malformed();
  return Array.from({ length: numbers.length / 2 }, (_, at) => ({
    offset: numbers[at * 2] ?? 0,
    length: numbers[at * 2 + 1] ?? 0,
  }));
}

function malformed(): MayflyError {
  return new MayflyError('IMAGE_INVALID', 'the map of a sparse file in the archive is malformed');
}

/**
 * The old GNU header (type `S`) with up to four runs in itself. More are in blocks between header and data that tar-stream
 * would take for data, so that such archives are refused by name.
 */
export function parseOldSparse(header: Uint8Array): SparseFile {
  if (header[482] !== 0) {
    throw new MayflyError('IMAGE_INVALID', 'the archive holds a sparse file in the old GNU format', {
      hint: 'make the archive with `tar --format=posix`, or without --sparse',
    });
  }
  const runs: SparseRun[] = [];
  for (let at = 386; at < 482 && header[at] !== 0; at += 24) {
    runs.push({
      offset: parseOctal(header.subarray(at, at + 12)),
      length: parseOctal(header.subarray(at + 12, at + 24)),
    });
  }
  return { realBytes: parseOctal(header.subarray(483, 495)), runs, name: undefined };
}

function parseOctal(field: Uint8Array): number {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(Buffer.from(field).toString('latin1'))?.[1];
  if (digits === undefined) throw malformed();
  return Number.parseInt(digits, 8);
}

const hole = new Uint8Array(2 ** 16);

/** The file with its holes filled: the launcher writes in sequence, and zeros compress to nothing on disk that matters here. */
export async function* expandSparse(
  stored: AsyncIterable<Uint8Array>,
  file: SparseFile,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(stored);
  const runs = file.runs ?? (await readRuns(reader));
  let at = 0;
  for (const run of runs) {
    if (run.offset < at || run.offset + run.length > file.realBytes) throw malformed();
    yield* zeros(run.offset - at);
    yield* reader.take(run.length);
    at = run.offset + run.length;
  }
  yield* zeros(file.realBytes - at);
}

function* zeros(count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= hole.length) yield hole.subarray(0, Math.min(left, hole.length));
}

/** Format 1.0: decimal numbers, one a line, the count of runs first, padded to a block. */
async function readRuns(reader: ByteReader): Promise<readonly SparseRun[]> {
  const count = parseCount(await reader.line());
  if (count > maxRuns) throw malformed();
  const numbers: number[] = [];
  for (let left = count * 2; left > 0; left -= 1) numbers.push(parseCount(await reader.line()));
  await reader.skipToBlock();
  return pairRuns(numbers);
}

class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #consumed = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async *take(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0; ) {
      const part = await this.#some(left);
      left -= part.length;
      yield part;
    }
  }

  async line(): Promise<string> {
    let text = '';
    for (;;) {
      const [byte] = await this.#some(1);
      if (byte === 0x0a) return text;
      text += String.fromCharCode(byte ?? 0);
      if (text.length > 16) throw malformed();
    }
  }

  async skipToBlock(): Promise<void> {
    for await (const _ of this.take((512 - (this.#consumed % 512)) % 512));
  }

  async #some(most: number): Promise<Uint8Array> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) throw malformed();
      this.#chunk = next.value;
    }
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    this.#consumed += part.length;
    return part;
  }
}
