import type { SourceLocation } from '../../core/source-location.ts';

/** A half-open range of offsets in the text of a file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Text by offsets: of one file, or of several whose offsets follow each other. */
export interface Sources {
  /** The file one began with. */
  readonly file: string;
  locate(offset: number): SourceLocation;
  /** The text of a line (from 1) without its line break; of `file`, unless another is named. */
  line(number: number, file?: string): string;
  slice(span: Span): string;
  /** From `offset` to the end of its line. */
  restOfLine(offset: number): string;
}

/** A file's text with its lines, for places and carets. */
export class SourceText implements Sources {
  readonly file: string;
  readonly text: string;
  private readonly lineStarts: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.lineStarts = findLineStarts(text);
  }

  locate(offset: number): SourceLocation {
    const index = this.lineIndexOf(offset);
    return { file: this.file, line: index + 1, column: offset - (this.lineStarts[index] ?? 0) + 1 };
  }

  /** The text of a line (from 1) without its line break. */
  line(number: number): string {
    const start = this.lineStarts[number - 1];
    if (start === undefined) return '';
    return this.text.slice(start, this.lineStarts[number] ?? this.text.length).replace(/\r?\n$|\r$/, '');
  }

  slice(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  /** From `offset` to the end of its line. */
  restOfLine(offset: number): string {
    const { line, column } = this.locate(offset);
    return this.line(line).slice(column - 1);
  }

  private lineIndexOf(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** YAML's line breaks: LF, CR LF, CR (YAML 1.2.2, section 5.4). */
function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 10 || (code === 13 && text.charCodeAt(index + 1) !== 10)) starts.push(index + 1);
  }
  return starts;
}
