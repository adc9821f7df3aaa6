import type { ScenarioResult } from './run-context.ts';

export interface ExitStatusOptions {
  readonly failOnFlaky: boolean;
  readonly failOnSkipped: boolean;
  /** Other machines run the rest: that this part is empty says nothing of the run. */
  readonly isPart?: boolean;
  /** `SIGINT`, … when the run was interrupted. */
  readonly interruptedBy?: string;
}

/** 128 and the signal's number, as a shell says it. */
const interruptStatus: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Of several, the gravest (R30: 5 over 4 over 1). */
const gravest = [5, 4, 3, 2, 1];

/** The exit status of a run (language.md R30). A leak is told even when the run was interrupted. */
export function exitStatusOf(
  results: readonly Pick<ScenarioResult, 'outcome' | 'errorStatuses'>[],
  options: ExitStatusOptions,
): number {
  const statuses = results.flatMap((result) => statusesOf(result, options));
  if (statuses.includes(5)) return 5;
  if (options.interruptedBy !== undefined) return interruptStatus[options.interruptedBy] ?? 130;
  if (results.length === 0) return options.isPart === true ? 0 : 2;
  if (results.every(({ outcome }) => outcome === 'skipped')) return 3;
  return gravest.find((status) => statuses.includes(status)) ?? 0;
}

function statusesOf(
  { outcome, errorStatuses }: Pick<ScenarioResult, 'outcome' | 'errorStatuses'>,
  options: ExitStatusOptions,
): readonly number[] {
  switch (outcome) {
    case 'passed':
      return [];
    case 'flaky':
      return options.failOnFlaky ? [1] : [];
    case 'skipped':
      return options.failOnSkipped ? [1] : [];
    case 'failed':
      return [1];
    case 'errored':
      return errorStatuses.some((status) => status > 1) ? errorStatuses : [4];
    case 'leaked':
      return [5];
  }
}
