import type { MayflyError } from '../core/mayfly-error.ts';

/** The gravest of several: 5 over 4 over 3 over 2 over 1 (language.md R30). */
export function exitStatusOfErrors(errors: readonly MayflyError[]): number {
  return Math.max(...errors.map((error) => error.exitStatus), 1);
}
