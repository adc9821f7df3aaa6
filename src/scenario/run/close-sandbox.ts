import type { Leak, Sandbox } from '../../core/engine.ts';
import type { Problem } from '../../core/event.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { settledWithin } from './abortable.ts';
import type { ScenarioEmitter } from './emitter.ts';
import { problemsOf } from './problem.ts';
import type { RunContext } from './run-context.ts';
import type { World } from './world.ts';

export interface Closed {
  readonly leaks: readonly Leak[];
  readonly problems: readonly Problem[];
}

/** Ends everything of an attempt, and says what was left behind. */
export async function closeSandbox(
  sandbox: Sandbox,
  world: World | undefined,
  context: RunContext,
  emitter: ScenarioEmitter,
): Promise<Closed> {
  const { clock, limits } = context;
  const startedAtMs = clock.nowMs();
  world?.close();
  try {
    const leaks = await sandbox.close(limits.teardownBudgetMs);
    await endLogs(world, context);
    const broken = await lookAtLastWords(world);
    for (const leak of leaks) emitter.emit({ kind: 'leakFound', leak });
    emitter.emit({ kind: 'censusTaken', left: leaks.length, durationMs: clock.nowMs() - startedAtMs });
    return { leaks, problems: [...broken, ...(leaks.length === 0 ? [] : problemsOf(leakError(leaks)))] };
  } catch (error) {
    return { leaks: [], problems: problemsOf(error) };
  }
}

/** The ends of containers are events, too: they come before the census. */
async function endLogs(world: World | undefined, { clock, limits }: RunContext): Promise<void> {
  const services = world?.services ?? [];
  await settledWithin(Promise.all(services.map(({ ended }) => ended)), 2 * limits.drainMs, clock);
  for (const { log } of services) log.close();
}

/** What services wrote since the scenario's own last look at its `invariants`. */
async function lookAtLastWords(world: World | undefined): Promise<readonly Problem[]> {
  await world?.invariants?.lookAtLogs();
  return world?.invariants?.takeUntold() ?? [];
}

function leakError(leaks: readonly Leak[]): MayflyError {
  return new MayflyError(
    'LEAKED',
    `left behind: ${leaks.map(({ kind, what }) => `${kind} ${what}`).join(', ')}`,
  );
}
