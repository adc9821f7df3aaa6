import type { Problem } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import { renderDuration } from '../../core/units.ts';
import { interpolateDeep } from '../expression/interpolate-deep.ts';
import { openDeadline } from './deadline.ts';
import { problemsOf } from './problem.ts';
import { type RunStep, runSequence } from './run-sequence.ts';
import type { World } from './world.ts';

export interface GroupEnd {
  /** Of the steps it holds. */
  readonly inside: readonly Problem[];
  /** Its own. */
  readonly problems: readonly Problem[];
}

/** The steps that a step holds: of `use` in order, of `parallel` at the same time, all of them to their end. */
export async function runGroup(
  step: Step,
  world: World,
  signal: AbortSignal,
  run: RunStep,
): Promise<GroupEnd> {
  const { timeoutMs, at } = step;
  using deadline = openDeadline(world.clock, timeoutMs, signal, () => {
    return new MayflyError(
      'TIMEOUT',
      `its steps took longer than its time-out of ${renderDuration(timeoutMs)}`,
    );
  });
  const children = childrenOf(step, world);
  const results =
    step.kind === 'parallel'
      ? await Promise.all(children.map((child) => run(child, world, deadline.signal)))
      : [await runSequence(children, world, deadline.signal, run)];
  if (signal.aborted) throw signal.reason;
  const inside = results.flatMap(({ problems }) => problems);
  if (inside.length === 0 && !deadline.expired) world.keepFragmentCaptures(step);
  const place = { at, sourceLine: world.plan.sourceLine };
  return { inside, problems: deadline.expired ? problemsOf(deadline.signal.reason, place) : [] };
}

/** Inputs are read once, as the fragment begins: what its steps capture changes them no more. */
function childrenOf(step: Step, world: World): readonly Step[] {
  const { steps = [], fragment, inputs } = step;
  const inherited =
    step.kind === 'use'
      ? { fragment: step.path, inputs: inputsOf(step, world) }
      : { ...(fragment === undefined ? {} : { fragment }), ...(inputs === undefined ? {} : { inputs }) };
  return steps.map((child) => ({ ...child, ...inherited }));
}

function inputsOf(step: Step, world: World): JsonObject {
  const scope = world.expressionScope(step);
  return Object.fromEntries(
    Object.entries(step.with ?? {}).map(([name, value]) => [name, interpolateDeep(value, scope)]),
  );
}
