import { MayflyError } from '../../../core/mayfly-error.ts';

/** What the kernel said to the operation that a tape failed at: `ENOENT`. Undefined for every other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof MayflyError ? (error.cause as { errno?: string } | undefined)?.errno : undefined;
}
