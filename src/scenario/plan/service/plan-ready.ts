import type { Json } from '../../../core/json.ts';
import type { ReadyCondition, ReadyPlan } from '../../../core/plan.ts';
import { planHealth, unhealthyAfterMs } from '../../ready/plan-health.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';
import { parseReadyCondition } from '../parse-ready.ts';
import type { ServiceContext } from './plan-container.ts';

/** `ready:`, or else the service's own `healthcheck:`, or the image's where others wait until it is healthy. */
export function planReady(
  service: DocumentNode,
  image: string | undefined,
  awaitedHealthy: boolean,
  context: ServiceContext,
): ReadyPlan | undefined {
  const ready = service.child('ready');
  const healthcheck = service.child('healthcheck');
  const own = isTurnedOff(healthcheck) ? undefined : healthcheck.value;
  const defaultWithinMs = context.options.defaults.readyWithinMs;
  if (!ready.present) {
    if (own === undefined) return awaitedHealthy ? readyByImage(service, image, context) : undefined;
    const plan = planHealth(own, undefined);
    return {
      condition: { kind: 'healthcheck', value: own },
      withinMs: plan === undefined ? defaultWithinMs : unhealthyAfterMs(plan),
      byHealth: true,
      at: context.scenario.locate(healthcheck.pointer),
    };
  }
  const condition = parseReadyCondition(ready);
  if (condition === undefined) return undefined;
  return {
    condition: withHealthcheck(condition, own ?? true),
    withinMs: ready.child('within').durationMs() ?? defaultWithinMs,
    ...optionalKey('everyMs', ready.child('every').durationMs()),
    at: context.scenario.locate(ready.pointer),
  };
}

/** The image must then say when it is healthy, and only some kinds can. */
function readyByImage(service: DocumentNode, image: string | undefined, context: ServiceContext): ReadyPlan {
  const source = image === undefined ? undefined : context.images.sourceOf(image);
  if (source === 'host' || source === 'rootfs') {
    const hint = 'say `ready:`, for example ready: { port: 8080 }';
    service.fail(
      'SCENARIO_CONFLICT',
      `others wait until \`${service.key}\` is healthy, and nothing says when it is`,
      hint,
    );
  }
  return {
    condition: { kind: 'healthcheck', value: true },
    withinMs: context.options.defaults.readyWithinMs,
    byHealth: true,
    at: context.scenario.locate(service.pointer),
  };
}

/** `disable: true` or `test: NONE` (Compose specification, "healthcheck"). */
export function isTurnedOff(healthcheck: DocumentNode): boolean {
  if (!healthcheck.present) return false;
  const [test] = healthcheck.child('test').itemsOrSelf();
  return healthcheck.child('disable').boolean() === true || test?.value === 'NONE';
}

function withHealthcheck(condition: ReadyCondition, healthcheck: Json): ReadyCondition {
  if (condition.kind === 'all' || condition.kind === 'any') {
    return { kind: condition.kind, of: condition.of.map((one) => withHealthcheck(one, healthcheck)) };
  }
  return condition.kind === 'healthcheck' ? { kind: 'healthcheck', value: healthcheck } : condition;
}
