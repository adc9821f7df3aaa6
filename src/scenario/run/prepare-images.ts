import type { Image } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import { stepsOfPlan } from '../../core/steps-of-plan.ts';
import { openLinked } from './abortable.ts';
import type { ScenarioEmitter } from './emitter.ts';
import type { RunContext } from './run-context.ts';

/** Every image the scenario uses, made ready at the same time; the first that fails stops the others. */
export async function prepareImages(
  plan: ScenarioPlan,
  context: RunContext,
  emitter: ScenarioEmitter,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Image>> {
  using linked = openLinked(signal);
  const requests = [...usedImages(plan)].map((name) => {
    const request = plan.images.find((image) => image.name === name);
    if (request === undefined) throw new MayflyError('SCENARIO_UNDECLARED', `no image \`${name}\``);
    return request;
  });
  const prepared = requests.map(async (request): Promise<[string, Image]> => {
    const startedAtMs = context.clock.nowMs();
    const onProgress = (line: string): void =>
      emitter.emit({ kind: 'imageProgress', image: request.name, line });
    const image = await context.images.prepare(request, onProgress, linked.signal);
    const durationMs = context.clock.nowMs() - startedAtMs;
    emitter.emit({
      kind: 'imagePrepared',
      image: request.name,
      id: image.id,
      ...(image.digest === undefined ? {} : { digest: image.digest }),
      sizeBytes: image.sizeBytes,
      durationMs,
    });
    return [request.name, image];
  });
  try {
    return new Map(await Promise.all(prepared));
  } catch (error) {
    linked.abort(error);
    await Promise.allSettled(prepared);
    throw error;
  }
}

function usedImages(plan: ScenarioPlan): ReadonlySet<string> {
  const ofSteps = stepsOfPlan(plan).flatMap(({ image }) => (image === undefined ? [] : [image]));
  return new Set([...plan.services.map(({ image }) => image), ...ofSteps]);
}
