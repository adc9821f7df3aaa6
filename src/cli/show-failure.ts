import { MayflyError, MayflyErrors } from '../core/mayfly-error.ts';
import { exitStatusOfErrors } from './exit-status-of-errors.ts';
import type { Surroundings } from './surroundings.ts';

/** Tells a person what went wrong, and gives the exit status for it. The one place where an error ends. */
export async function showFailure(error: unknown, { stderr, environment }: Surroundings): Promise<number> {
  const errors = toMayflyErrors(error);
  const { renderErrors } = await import('../report/render-errors.ts');
  stderr.write(`${renderErrors(errors, { color: stderr.hasColor })}\n`);
  if (environment.MAYFLY_DEBUG !== undefined) stderr.write(`\n${stacksOf(error)}\n`);
  return exitStatusOfErrors(errors);
}

function toMayflyErrors(error: unknown): readonly MayflyError[] {
  if (error instanceof MayflyErrors) return error.errors;
  if (error instanceof MayflyError) return [error];
  if (error instanceof AggregateError) return error.errors.flatMap(toMayflyErrors);
  const message = error instanceof Error ? error.message : String(error);
  const hint = 'this is a bug of Mayfly; run again with MAYFLY_DEBUG=1 and report what it says';
  return [new MayflyError('INTERNAL', message, { cause: error, hint })];
}

/** Of every error and its causes. */
function stacksOf(error: unknown): string {
  if (error instanceof MayflyErrors || error instanceof AggregateError)
    return error.errors.map(stacksOf).join('\n');
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${stacksOf(error.cause)}`;
}
