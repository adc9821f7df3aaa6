import { type ErrorCode, errorCatalogue } from '../../core/error-catalogue.ts';
import type { Problem } from '../../core/event.ts';
import { Interrupted } from '../../core/interrupted.ts';
import { MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import type { SourceLocation } from '../../core/source-location.ts';

/** Where in the scenario's file something belongs. */
export interface Place {
  readonly at: SourceLocation;
  readonly sourceLine: (line: number, file?: string) => string;
}

/** Of what may have a place of its own. */
type PlaceAtMost = Partial<Place> & Pick<Place, 'sourceLine'>;

/** Whatever was thrown, as problems to be shown; an error without a place of its own gets that of the step or service. */
export function problemsOf(error: unknown, place?: PlaceAtMost): readonly Problem[] {
  if (error instanceof MayflyErrors) return error.errors.map((one) => problemOf(one, place));
  if (error instanceof MayflyError) return [problemOf(error, place)];
  if (error instanceof Interrupted)
    return [problemOf(new MayflyError('CANCELLED', 'the run was interrupted'), place)];
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [problemOf(new MayflyError('INTERNAL', message, { cause: error }), place)];
}

function problemOf(error: MayflyError, place: PlaceAtMost | undefined): Problem {
  const at = error.at ?? place?.at;
  const sourceLine = error.sourceLine ?? (at === undefined ? undefined : place?.sourceLine(at.line, at.file));
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === '' ? {} : { hint: error.hint }),
    ...(at === undefined ? {} : { at }),
    ...(sourceLine === undefined ? {} : { sourceLine }),
  };
}

/** The exit status that a problem calls for (R30). */
export function statusOfProblem({ code }: Problem): number {
  return code in errorCatalogue ? errorCatalogue[code as ErrorCode].exitStatus : 4;
}

/** A failed expectation or a time-out is a failure; anything the harness or the input is to blame for is an error (R29). */
export function outcomeOfProblems(problems: readonly Problem[]): 'passed' | 'failed' | 'errored' {
  if (problems.length === 0) return 'passed';
  return problems.some((problem) => statusOfProblem(problem) > 1) ? 'errored' : 'failed';
}
