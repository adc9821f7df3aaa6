import { setMaxListeners } from 'node:events';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { eventVersion } from '../../core/event.ts';
import type { HostReport } from '../../core/host-feature.ts';
import { Interrupted } from '../../core/interrupted.ts';
import type { RunPlan, ScenarioPlan } from '../../core/plan.ts';
import { createMasker } from '../mask/create-masker.ts';
import { SnapshotFiles } from '../snapshot/snapshot-files.ts';
import { ScenarioEmitter } from './emitter.ts';
import { exitStatusOf } from './exit-status.ts';
import type { RunContext, RunResult, ScenarioResult } from './run-context.ts';
import { runScenario, skipScenario } from './run-scenario.ts';

/** Runs every scenario, so many at once, and says how it went. Never throws for what a scenario does. */
export async function runScenarios(plan: RunPlan, context: RunContext): Promise<RunResult> {
  const { clock, signal, runId, about } = context;
  const { seed, shard } = plan;
  const startedAtMs = clock.nowMs();
  setMaxListeners(0, signal);
  context.emit({
    kind: 'runStarted',
    atMs: 0,
    version: eventVersion,
    runId,
    seed,
    ...(shard === undefined ? {} : { shard }),
    ...about,
  });
  for (const scenario of plan.scenarios) announce(scenario, context, startedAtMs);
  const snapshots =
    context.snapshots && new SnapshotFiles(context.snapshots, (one) => context.scenarioDirectory(one));
  const scenarios = await runAll(plan.scenarios, context, startedAtMs, snapshots);
  const areKept = snapshots === undefined || (await keepSnapshots(snapshots, context, startedAtMs));
  const interruptedBy = signal.aborted
    ? signal.reason instanceof Interrupted
      ? signal.reason.signalName
      : 'SIGINT'
    : undefined;
  const interruption = interruptedBy === undefined ? {} : { interruptedBy };
  const ofScenarios = exitStatusOf(scenarios, {
    failOnFlaky: context.failOnFlaky,
    failOnSkipped: context.failOnSkipped,
    isPart: shard !== undefined,
    ...interruption,
  });
  const exitStatus = areKept || ofScenarios > 1 ? ofScenarios : harnessError;
  context.emit({ kind: 'runFinished', atMs: clock.nowMs() - startedAtMs, exitStatus, ...interruption });
  return { exitStatus, scenarios };
}

/** R30, of an error that belongs to no scenario. */
const harnessError = 4;

/** Writes the snapshots of the run, and says what became of them; false if they could not be written. */
async function keepSnapshots(
  snapshots: SnapshotFiles,
  { emit, clock }: RunContext,
  startedAtMs: number,
): Promise<boolean> {
  const warn = (code: ErrorCode, message: string): void =>
    emit({ kind: 'warningRaised', atMs: clock.nowMs() - startedAtMs, code, message });
  try {
    for (const { path, obsolete, ...counts } of await snapshots.finish()) {
      if (counts.added + counts.updated + counts.removed > 0)
        emit({ kind: 'snapshotsWritten', atMs: clock.nowMs() - startedAtMs, path, ...counts });
      for (const name of obsolete)
        warn('SNAPSHOT_OBSOLETE', `${path} keeps \`${name}\`, and nothing asks for it`);
    }
    return true;
  } catch (error) {
    warn('SNAPSHOT_UNWRITABLE', error instanceof Error ? error.message : String(error));
    return false;
  }
}

function announce(plan: ScenarioPlan, context: RunContext, startedAtMs: number): void {
  const { id, name, description, file, tags, matrix, services, steps } = plan;
  const emitter = new ScenarioEmitter(
    id,
    createMasker(plan.secrets),
    context.clock,
    startedAtMs,
    context.emit,
  );
  const counts = {
    services: services.length,
    steps: steps.length + (plan.cases?.length ?? 0) + plan.finally.length,
  };
  emitter.emit({ kind: 'scenarioPlanned', name, description, file, tags, matrix, ...counts });
}

async function runAll(
  plans: readonly ScenarioPlan[],
  context: RunContext,
  startedAtMs: number,
  snapshots: SnapshotFiles | undefined,
): Promise<readonly ScenarioResult[]> {
  const results = new Map<ScenarioPlan, ScenarioResult>();
  const waiting = [...plans];
  let host: Promise<HostReport> | undefined;
  let sandboxes = 0;
  const shared = {
    context,
    startedAtMs,
    ...(snapshots === undefined ? {} : { snapshots }),
    probeHost: () => {
      host ??= context.engine.probeHost();
      return host;
    },
    nextSandboxId: () => {
      sandboxes += 1;
      return `${context.runId}x${sandboxes}`;
    },
  };
  const work = async (): Promise<void> => {
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
      const reason = reasonNotToStart(results, context);
      const result =
        reason === undefined
          ? await runScenario({ ...shared, plan })
          : skipScenario({ ...shared, plan }, reason);
      results.set(plan, result);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, context.jobs) }, work));
  return plans.flatMap((plan) => results.get(plan) ?? []);
}

/** Scenarios under way go on to their end; no further one begins. */
function reasonNotToStart(
  results: ReadonlyMap<ScenarioPlan, ScenarioResult>,
  { signal, failFast }: RunContext,
): string | undefined {
  if (signal.aborted) return 'interrupted';
  const hasFailed = [...results.values()].some(
    ({ outcome }) => outcome === 'failed' || outcome === 'errored' || outcome === 'leaked',
  );
  return failFast && hasFailed ? 'an earlier scenario failed (--fail-fast)' : undefined;
}
