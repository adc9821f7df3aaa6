import type { Outcome, Problem } from '../../core/event.ts';
import type { HostReport } from '../../core/host-feature.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import { needsOfFaults, refuseFaults } from '../fault/features-of-faults.ts';
import { createMasker } from '../mask/create-masker.ts';
import type { SnapshotFiles } from '../snapshot/snapshot-files.ts';
import { ScenarioEmitter } from './emitter.ts';
import { missingFeatures } from './missing-features.ts';
import { statusOfProblem } from './problem.ts';
import { type AttemptResult, runAttempt } from './run-attempt.ts';
import type { RunContext, ScenarioResult } from './run-context.ts';

export interface ScenarioRun {
  readonly plan: ScenarioPlan;
  readonly context: RunContext;
  readonly startedAtMs: number;
  /** Probed once for all scenarios, and only if one requires anything. */
  readonly probeHost: () => Promise<HostReport>;
  readonly nextSandboxId: () => string;
  readonly snapshots?: SnapshotFiles;
}

/** A scenario with its retries (language.md R20): each in a sandbox of its own; a pass after a failure is flaky. */
export async function runScenario(run: ScenarioRun): Promise<ScenarioResult> {
  const { plan, context } = run;
  const emitter = new ScenarioEmitter(
    plan.id,
    createMasker(plan.secrets),
    context.clock,
    run.startedAtMs,
    context.emit,
  );
  warn(plan, emitter);
  const reason =
    plan.skip ??
    (plan.requires.length === 0 ? undefined : missingFeatures(plan.requires, await run.probeHost()));
  if (reason !== undefined) return skipScenario(run, reason);
  const needs = needsOfFaults(plan);
  const refusal = needs.length === 0 ? undefined : refuseFaults(needs, await run.probeHost());
  for (let attempt = 1; ; attempt += 1) {
    const attemptStartedAtMs = context.clock.nowMs();
    emitter.emit({ kind: 'scenarioStarted', attempt });
    const result = await runAttempt({
      plan,
      number: attempt,
      sandboxId: run.nextSandboxId(),
      context,
      emitter,
      ...(refusal === undefined ? {} : { refusal }),
      ...(run.snapshots === undefined ? {} : { snapshots: run.snapshots }),
    });
    const isFinal = refusal !== undefined || attempt > plan.retries || !mayRetry(result, context);
    const outcome = result.outcome === 'passed' && attempt > 1 ? 'flaky' : result.outcome;
    const durationMs = context.clock.nowMs() - attemptStartedAtMs;
    emitter.emit({
      kind: 'scenarioFinished',
      attempt,
      outcome,
      final: isFinal,
      durationMs,
      problems: result.found.outside,
      ...reasonOf(result, context),
    });
    if (isFinal) return resultOf(plan, outcome, [...result.found.inSteps, ...result.found.outside]);
  }
}

/** Neither a pass nor a leak is tried again: another try would not unmake the leak. Nor is anything once the run is interrupted. */
function mayRetry({ outcome }: AttemptResult, { signal }: RunContext): boolean {
  return (outcome === 'failed' || outcome === 'errored') && !signal.aborted;
}

function reasonOf({ outcome }: AttemptResult, { signal }: RunContext): { readonly reason?: string } {
  return signal.aborted && outcome !== 'passed' ? { reason: 'interrupted' } : {};
}

function resultOf({ id }: ScenarioPlan, outcome: Outcome, problems: readonly Problem[]): ScenarioResult {
  return { id, outcome, errorStatuses: problems.map(statusOfProblem) };
}

/** A scenario that is not run, and why. */
export function skipScenario(
  { plan, context, startedAtMs }: Omit<ScenarioRun, 'probeHost' | 'nextSandboxId'>,
  reason: string,
): ScenarioResult {
  const emitter = new ScenarioEmitter(
    plan.id,
    createMasker(plan.secrets),
    context.clock,
    startedAtMs,
    context.emit,
  );
  emitter.emit({
    kind: 'scenarioFinished',
    attempt: 1,
    outcome: 'skipped',
    final: true,
    durationMs: 0,
    reason,
    problems: [],
  });
  return resultOf(plan, 'skipped', []);
}

function warn(plan: ScenarioPlan, emitter: ScenarioEmitter): void {
  for (const warning of plan.warnings) emitter.warn(warning.code, warning.message, warning.at);
  for (const name of emitter.masker.shortSecrets) {
    emitter.warn(
      'SCENARIO_WRONG_VALUE',
      `secret \`${name}\` is so short that masking it also hides innocent text`,
    );
  }
}
