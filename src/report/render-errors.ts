import type { MayflyError } from '../core/mayfly-error.ts';
import { renderDiagnostic } from './diagnostic.ts';
import { createPalette } from './palette.ts';

interface ErrorOptions {
  readonly color: boolean;
  readonly severity?: 'error' | 'warning';
}

/** All errors of the input, one below the other (language.md R2). None is left out. */
export function renderErrors(errors: readonly MayflyError[], options: ErrorOptions): string {
  const palette = createPalette(options.color);
  const severity = options.severity ?? 'error';
  return errors
    .map(({ code, message, at, sourceLine, length, hint }) =>
      renderDiagnostic({ severity, code, message, at, sourceLine, length, hint }, palette).join('\n'),
    )
    .join('\n\n');
}
