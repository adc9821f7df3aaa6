import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMasker } from '../../../src/scenario/mask/create-masker.ts';
import { LineSplitter } from '../../../src/scenario/run/line-splitter.ts';
import { LogBook } from '../../../src/scenario/run/log-book.ts';
import { defaultRunLimits, type RunLimits } from '../../../src/scenario/run/run-limits.ts';

function splitAll(chunks: readonly string[], limit: number): readonly string[] {
  const splitter = new LineSplitter(limit);
  return [...chunks.flatMap((chunk) => splitter.write(chunk)), ...splitter.end()];
}

const texts = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r\n', 'ä'), maxLength: 60 });

/** A text cut at any places. */
const cut = fc.tuple(texts, fc.array(fc.nat(60))).map(([text, places]) => {
  const at = [0, ...new Set(places.filter((place) => place < text.length)), text.length].toSorted(
    (a, b) => a - b,
  );
  return { text, chunks: at.slice(1).map((end, index) => text.slice(at[index], end)) };
});

describe('lines', () => {
  test('are the same for every way of cutting the text into chunks', () => {
    fc.assert(
      fc.property(cut, ({ text, chunks }) => {
        expect(splitAll(chunks, 1_000)).toEqual(splitAll([text], 1_000));
      }),
    );
  });

  test('are those of the text', () => {
    fc.assert(
      fc.property(cut, ({ text, chunks }) => {
        const wanted = text
          .split('\n')
          .map((line, index, all) => (index < all.length - 1 ? line.replace(/\r$/, '') : line));
        expect(splitAll(chunks, 1_000)).toEqual(wanted.at(-1) === '' ? wanted.slice(0, -1) : wanted);
      }),
    );
  });

  test('over the limit are split, and say so; nothing is lost and nothing kept for ever', () => {
    fc.assert(
      fc.property(cut, ({ text, chunks }) => {
        const lines = splitAll(chunks, 4);
        const pieces = lines.map((line) =>
          line.replace(/ \[line split at the limit lineCharacters \(4\)\]$/, ''),
        );
        expect(pieces.join('')).toBe(text.replaceAll('\r\n', '').replaceAll('\n', ''));
        expect(pieces.every((piece) => piece.length <= 4)).toBe(true);
      }),
      { examples: [[{ text: 'aaaaaaaaa\n', chunks: ['aaaaaaaaa\n'] }]] },
    );
  });
});

function openBook(
  limits: Partial<RunLimits> = {},
  secrets: Readonly<Record<string, string>> = {},
): { readonly book: LogBook; readonly shown: string[] } {
  const shown: string[] = [];
  const book = new LogBook({
    limits: { ...defaultRunLimits, ...limits },
    masker: createMasker(secrets),
    onLine: (_stream, line) => shown.push(line),
  });
  return { book, shown };
}

const bytes = (...chunks: readonly (string | Uint8Array)[]): Readable =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

describe('a log book', () => {
  test('a character cut between chunks is one character', async () => {
    const { book, shown } = openBook();
    const [first, second] = [Buffer.from('ä\n').subarray(0, 1), Buffer.from('ä\n').subarray(1)];
    await book.read(bytes(first, second), bytes());
    expect(shown).toEqual(['ä']);
  });

  test('R8 shows masked and keeps raw, also of a secret cut between chunks or over lines', async () => {
    const { book, shown } = openBook({}, { KEY: 'begin-secret\nend-secret' });
    await book.read(bytes('x begin-sec', 'ret\nend-sec', 'ret y\n'), bytes());
    expect(shown.join('\n')).not.toContain('secret');
    expect(book.tail(5).join('\n')).not.toContain('secret');
    expect(book.since(0).map(({ line }) => line)).toEqual(['x begin-secret', 'end-secret y']);
  });

  test('R5 keeps the last lines, up to both limits, and knows what is gone', async () => {
    const { book } = openBook({ logLines: 3 });
    await book.read(bytes('1\n2\n3\n', '4\n5\n'), bytes());
    expect([book.firstKept, book.mark, book.since(0).map(({ line }) => line)]).toEqual([
      2,
      5,
      ['3', '4', '5'],
    ]);
    const narrow = openBook({ logCharacters: 5 }).book;
    await narrow.read(bytes('aaa\nbbb\ncc\n'), bytes());
    expect(narrow.since(0).map(({ line }) => line)).toEqual(['bbb', 'cc']);
  });

  test('a mark is a place to come back to', async () => {
    const { book } = openBook();
    await book.read(bytes('1\n2\n'), bytes());
    const { mark } = book;
    await book.read(bytes('3\n'), bytes('4\n'));
    expect(
      book
        .since(mark)
        .map(({ line }) => line)
        .toSorted(),
    ).toEqual(['3', '4']);
    expect(book.since(mark, 'stderr').map(({ line }) => line)).toEqual(['4']);
  });

  test('a stream that breaks off is a log that ends', async () => {
    const { book, shown } = openBook();
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('last words');
        throw new Error('gone');
      })(),
    );
    await book.read(broken, bytes());
    expect(shown).toEqual(['last words']);
  });
});
