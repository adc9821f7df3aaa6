import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import { mergeImage } from '../plan/merge-image.ts';
import { nameOfPath } from '../plan/name-of-path.ts';
import { planOneShot } from '../plan/plan-one-shot.ts';
import type { OneShot } from '../step/step-definition.ts';
import { containerEndedEvent, containerStartedEvent } from './container-events.ts';
import type { World } from './world.ts';

/** A container for one command (language.md R18). It is named for its step: `steps-3`; a repetition has the name again. */
export async function openOneShot(
  step: Step,
  planArgv: (shell: readonly string[]) => readonly string[],
  world: World,
  signal: AbortSignal,
): Promise<OneShot> {
  const image = world.images.get(step.image ?? '');
  if (image === undefined)
    throw new MayflyError('SCENARIO_MISSING_KEY', 'a `run` without `in:` needs `image:`');
  const name = nameOfPath(step.path);
  const spec = mergeImage(planOneShot(step, name, planArgv(image.config.shell)), image);
  const startedAtMs = world.clock.nowMs();
  const container = await world.sandbox.startContainer(spec, signal);
  world.emitter.emit(containerStartedEvent(name, container, image.name, world.clock.nowMs() - startedAtMs));
  return {
    container,
    process: spec.process,
    async [Symbol.asyncDispose]() {
      await container.remove();
      world.emitter.emit(
        containerEndedEvent(name, await container.main.exited, { expected: true, restarting: false }),
      );
    },
  };
}
