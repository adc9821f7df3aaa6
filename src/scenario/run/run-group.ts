import type { Problem } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import { renderDuration } from '../../core/units.ts';
import { interpolateDeep } from '../expression/interpolate-deep.ts';
import { openDeadline } from './deadline.ts';
import { problemsOf } from './problem.ts';
import { runFault } from './run-fault.ts';
import { type RunStep, runSequence } from './run-sequence.ts';
import type { World } from './world.ts';

export interface GroupEnd {
  /** Of the steps it holds. */
  readonly inside: readonly Problem[];
  /** Its own. */
  readonly problems: readonly Problem[];
}

/** The steps that a step holds: of `use` in order, of `fault` while it lasts, of `parallel` at the same time, all of them to their end. */
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
  const { inside, problems: own = [] } = await runChildren(step, children, world, deadline.signal, run);
  if (signal.aborted && own.length === 0) throw signal.reason;
  if (inside.length === 0 && !deadline.expired) world.keepFragmentCaptures(step);
  const place = { at, sourceLine: world.plan.sourceLine };
  const late = deadline.expired ? problemsOf(deadline.signal.reason, place) : [];
  return { inside, problems: [...own, ...late] };
}

async function runChildren(
  step: Step,
  children: readonly Step[],
  world: World,
  signal: AbortSignal,
  run: RunStep,
): Promise<Pick<GroupEnd, 'inside'> & Partial<GroupEnd>> {
  switch (step.kind) {
    case 'fault':
      return runFault(step, children, world, signal, run);
    case 'parallel': {
      const results = await Promise.all(children.map((child) => run(child, world, signal)));
      return { inside: results.flatMap(({ problems }) => problems) };
    }
    default:
      return { inside: (await runSequence(children, world, signal, run)).problems };
  }
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
