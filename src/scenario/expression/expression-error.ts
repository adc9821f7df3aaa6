import type { ErrorCode } from '../../core/error-catalogue.ts';
import { MayflyError } from '../../core/mayfly-error.ts';

/** A MayflyError that knows its place inside the text; whoever knows the text's place in a file adds that. */
export class ExpressionError extends MayflyError {
  /** The text the offset counts in. */
  readonly text: string;
  /** In UTF-16 code units, from 0. */
  readonly offset: number;
  /** JSON pointer of the text below the value given to `interpolateDeep`; empty for the whole. */
  readonly pointer: string;

  constructor(code: ErrorCode, message: string, place: ExpressionPlace, hint?: string) {
    super(code, message, { length: Math.max(1, place.length), ...(hint === undefined ? {} : { hint }) });
    this.text = place.text;
    this.offset = place.offset;
    this.pointer = place.pointer ?? '';
  }

  /** The same error, of a text at `pointer`. */
  below(pointer: string): ExpressionError {
    const place = { text: this.text, offset: this.offset, length: this.length, pointer };
    return new ExpressionError(this.code, this.message, place, this.hint);
  }
}

export interface ExpressionPlace {
  readonly text: string;
  readonly offset: number;
  readonly length: number;
  readonly pointer?: string;
}
