import type { SourceLocation } from '../../../core/source-location.ts';
import type { Sources, SourceText, Span } from '../source-text.ts';

/** A file and what it includes, one after the other: an offset tells which of them it is in. */
export class JoinedSources implements Sources {
  readonly #parts: { readonly start: number; readonly source: SourceText }[];

  constructor(first: SourceText) {
    this.#parts = [{ start: 0, source: first }];
  }

  get file(): string {
    return this.#parts[0]?.source.file ?? '';
  }

  /** Where the offsets of the file now begin. */
  add(source: SourceText): number {
    const last = this.#parts.at(-1);
    // One beyond its end, so that the end of a file is not the beginning of the next.
    const start = last === undefined ? 0 : last.start + last.source.text.length + 1;
    this.#parts.push({ start, source });
    return start;
  }

  locate(offset: number): SourceLocation {
    const { start, source } = this.#partAt(offset);
    return source.locate(offset - start);
  }

  line(number: number, file?: string): string {
    const part = this.#parts.find(({ source }) => source.file === file) ?? this.#parts[0];
    return part?.source.line(number) ?? '';
  }

  slice(span: Span): string {
    const { start, source } = this.#partAt(span.start);
    return source.slice({ start: span.start - start, end: span.end - start });
  }

  restOfLine(offset: number): string {
    const { start, source } = this.#partAt(offset);
    return source.restOfLine(offset - start);
  }

  #partAt(offset: number): { readonly start: number; readonly source: SourceText } {
    const part = this.#parts.findLast(({ start }) => start <= offset);
    if (part === undefined) throw new RangeError(`no file has the offset ${offset}`);
    return part;
  }
}
