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
      const shown = error.sourceLine.replaceAll('\t', ' ');
      lines.push(`${gutter} |`, `${error.at.line} | ${shown}`);
      lines.push(`${gutter} | ${' '.repeat(error.at.column - 1)}${'^'.repeat(Math.max(1, error.length))}`);
    }
    if (error.hint !== '') lines.push(`${gutter} = ${error.hint}`);
  } else if (error.hint !== '') {
    lines.push(`  = ${error.hint}`);
  }
  return lines.join('\n');
}
