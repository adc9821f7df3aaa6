import type { Problem, StepFinished } from '../../core/event.ts';
import type { Step } from '../../core/scenario.ts';
import { evaluateCondition } from '../expression/evaluate-condition.ts';
import { scenarioOver } from './background-step.ts';
import { cutFacts } from './cut-facts.ts';
import { readFailureLogs } from './failure-logs.ts';
import { interpolateStep } from './interpolate-step.ts';
import { outcomeOfProblems, problemsOf } from './problem.ts';
import { repeatStep } from './repeat-step.ts';
import { runGroup } from './run-group.ts';
import type { StepResult } from './step-result.ts';
import { prepareStep, type Trial } from './try-step.ts';
import type { World } from './world.ts';

type Ending = Pick<StepFinished, 'outcome' | 'reason' | 'tries' | 'facts' | 'problems'> & {
  /** Of the steps it holds, which have told them already. */
  readonly inside?: readonly Problem[];
};

/** One step with all its modifiers (language.md R19). Never throws: what goes wrong is its result. */
export async function runStep(step: Step, world: World, signal: AbortSignal): Promise<StepResult> {
  const startedAtMs = world.clock.nowMs();
  const { name, kind, at, path } = step;
  const place = step.in === undefined ? {} : { in: step.in };
  world.markLogs(step);
  world.emitter.emit({
    kind: 'stepStarted',
    attempt: world.attempt,
    step: path,
    name,
    stepKind: kind,
    at,
    ...place,
  });
  world.beginStep(step);
  const { inside = [], ...ending } = await endOf(step, world, signal);
  world.endStep(step);
  const durationMs = world.clock.nowMs() - startedAtMs;
  world.emitter.emit({
    kind: 'stepFinished',
    attempt: world.attempt,
    step: path,
    name,
    stepKind: kind,
    durationMs,
    ...ending,
  });
  return { outcome: ending.outcome, problems: [...inside, ...ending.problems] };
}

async function endOf(step: Step, world: World, signal: AbortSignal): Promise<Ending> {
  const place = { at: step.at, sourceLine: world.plan.sourceLine };
  try {
    signal.throwIfAborted();
    const scope = world.expressionScope(step);
    if (step.if !== undefined && !evaluateCondition(step.if, scope)) {
      world.noteSkipped();
      return { outcome: 'skipped', reason: `if: ${step.if}`, tries: 0, facts: {}, problems: [] };
    }
    if (step.steps !== undefined) return await endOfGroup(step, world, signal);
    const prepared = await prepareStep(interpolateStep(step, scope), world);
    const { trial, tries } = await repeatStep(prepared, world, signal);
    const problems = [...trial.problems, ...(await save(step, trial, world))];
    if (problems.length === 0) world.keepCaptures(step, trial.captured);
    return finish(problems, trial, tries, world);
  } catch (error) {
    if (signal.aborted) return interrupted(signal.reason);
    return finish(problemsOf(error, place), undefined, 1, world);
  }
}

async function endOfGroup(step: Step, world: World, signal: AbortSignal): Promise<Ending> {
  const { inside, problems } = await runGroup(step, world, signal, runStep);
  if (problems.length > 0) return { ...(await finish(problems, undefined, 1, world)), inside };
  if (inside.length === 0) return { outcome: 'passed', tries: 1, facts: {}, problems };
  const outcome = outcomeOfProblems(inside);
  return { outcome, reason: 'a step of it did not pass', tries: 1, facts: {}, problems, inside };
}

async function finish(
  problems: readonly Problem[],
  trial: Trial | undefined,
  tries: number,
  world: World,
): Promise<Ending> {
  const facts = cutFacts(trial?.facts ?? {}, world.limits.keepCharacters, world.emitter.masker);
  const [first, ...others] = problems;
  if (first === undefined) return { outcome: 'passed', tries, facts, problems };
  const logs = await readFailureLogs(world);
  return { outcome: outcomeOfProblems(problems), tries, facts, problems: [{ ...first, logs }, ...others] };
}

/** The scenario ended under the step; why is told there, not here. */
function interrupted(reason: unknown): Ending {
  if (reason === scenarioOver)
    return { outcome: 'passed', reason: scenarioOver.message, tries: 1, facts: {}, problems: [] };
  const text = reason instanceof Error ? reason.message : String(reason);
  return { outcome: 'failed', reason: `interrupted: ${text}`, tries: 1, facts: {}, problems: [] };
}

/** R19: also of a step that failed, which is when one wants to see it. */
async function save(step: Step, { evidence }: Trial, world: World): Promise<readonly Problem[]> {
  if (step.save === undefined || evidence === undefined) return [];
  if (world.saveEvidence === undefined) {
    world.emitter.warn(
      'SCENARIO_NO_EFFECT',
      `\`save: ${step.save}\` keeps nothing without --output`,
      step.at,
    );
    return [];
  }
  try {
    await world.saveEvidence(step.save, evidence);
    return [];
  } catch (error) {
    return problemsOf(error, { at: step.at, sourceLine: world.plan.sourceLine });
  }
}
