import { type ErrorCode, type ErrorEntry, errorCatalogue } from './error-catalogue.ts';
import { renderLocation, type SourceLocation } from './source-location.ts';

export interface ErrorDetails {
  /** Where in a scenario file. */
  readonly at?: SourceLocation;
  /** The line of source at `at`, for the caret. */
  readonly sourceLine?: string;
  /** How many characters the caret underlines; 1 if unknown. */
  readonly length?: number;
  /** What to do; the catalogue's hint if absent. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The one error class. `message` says what happened; place and remedy are fields, so that every surface shows them alike. */
export class MayflyError extends Error {
  readonly code: ErrorCode;
  readonly at: SourceLocation | undefined;
  readonly sourceLine: string | undefined;
  readonly length: number;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'MayflyError';
    this.code = code;
    this.at = details.at;
    this.sourceLine = details.sourceLine;
    this.length = details.length ?? 1;
    this.hint = details.hint ?? errorCatalogue[code].hint;
  }

  get exitStatus(): ErrorEntry['exitStatus'] {
    return errorCatalogue[this.code].exitStatus;
  }
}

/** Several errors of the input at once (language.md R2: all errors of all files in one go). */
export class MayflyErrors extends Error {
  readonly errors: readonly MayflyError[];

  constructor(errors: readonly MayflyError[]) {
    super(`${errors.length} errors`);
    this.name = 'MayflyErrors';
    this.errors = errors;
  }
}

/**
 * The whole message, as a person sees it:
 *
 * ```
 * error[SCENARIO_UNKNOWN_KEY]: unknown key `stdot`
 *   --> shop.yaml:12:7
 *    |
 * 12 |       stdot: hello
 *    |       ^^^^^
 *    = did you mean `stdout`?
 * ```
 */
export function renderError(error: MayflyError, severity: 'error' | 'warning' = 'error'): string {
  const lines = [`${severity}[${error.code}]: ${error.message}`];
  if (error.at !== undefined) {
    const gutter = ' '.repeat(String(error.at.line).length);
    lines.push(`${gutter} --> ${renderLocation(error.at)}`);
    if (error.sourceLine !== undefined) {
      const { text, column, length } = excerpt(error.sourceLine, error.at.column, Math.max(1, error.length));
      lines.push(`${gutter} |`, `${error.at.line} | ${text}`);
      lines.push(`${gutter} | ${' '.repeat(column - 1)}${'^'.repeat(length)}`);
    }
    if (error.hint !== '') lines.push(`${gutter} = ${error.hint}`);
  } else if (error.hint !== '') {
    lines.push(`  = ${error.hint}`);
  }
  return lines.join('\n');
}

/** Longer source lines are cut around the place. */
const widest = 160;
const contextBefore = 60;

/** A line as a terminal can show it: one column for each character, and no control characters. */
function excerpt(
  line: string,
  column: number,
  length: number,
): { readonly text: string; readonly column: number; readonly length: number } {
  const visible = line.replaceAll('\t', ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '\u00b7');
  if (visible.length <= widest) return { text: visible, column, length };
  const start = Math.max(0, Math.min(column - 1 - contextBefore, visible.length - widest));
  const before = start > 0 ? '\u2026' : '';
  const after = start + widest < visible.length ? '\u2026' : '';
  const text = `${before}${visible.slice(start, start + widest)}${after}`;
  const shifted = column - start + before.length;
  return { text, column: shifted, length: Math.min(length, Math.max(1, text.length - shifted + 1)) };
}
