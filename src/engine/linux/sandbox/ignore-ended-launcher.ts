import { MayflyError } from '../../../core/mayfly-error.ts';

/** With the sandbox everything of its containers is gone. */
export function ignoreEndedLauncher(error: unknown): void {
  if (!(error instanceof MayflyError) || error.code !== 'LAUNCHER_DIED') throw error;
}
