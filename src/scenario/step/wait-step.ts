import { isJsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { parseDurationMs } from '../../core/units.ts';
import { type AwaitReady, awaitReady } from '../ready/await-ready.ts';
import { parseCondition } from '../ready/parse-condition.ts';
import { defineStep } from './step-definition.ts';

type WaitStep =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'step'; readonly id: string }
  | { readonly kind: 'condition'; readonly service: string; readonly wait: AwaitReady };

/** `wait`: a time, the end of a background step, or a condition of a service. */
export const waitStep = defineStep<WaitStep>({
  kind: 'wait',
  keepsTime: true,
  normalize(value, step) {
    if (isJsonObject(value)) {
      if (typeof value.step === 'string') return { kind: 'step', id: value.step };
      if (step.in === undefined)
        throw new MayflyError(
          'SCENARIO_MISSING_KEY',
          'a `wait` for a condition needs `in:`, the service it is of',
        );
      const withinMs = typeof value.within === 'string' ? parseDurationMs(value.within) : undefined;
      const everyMs = typeof value.every === 'string' ? parseDurationMs(value.every) : undefined;
      const wait = { condition: parseCondition(value), withinMs: withinMs ?? step.timeoutMs, at: step.at };
      return {
        kind: 'condition',
        service: step.in,
        wait: everyMs === undefined ? wait : { ...wait, everyMs },
      };
    }
    const ms = parseDurationMs(String(value));
    if (ms === undefined) throw new MayflyError('SCENARIO_WRONG_UNIT', `\`${String(value)}\` is no duration`);
    return { kind: 'time', ms };
  },
  async perform(wait, step, world, signal) {
    const startedAtMs = world.clock.nowMs();
    switch (wait.kind) {
      case 'time':
        await world.clock.sleep(wait.ms, signal);
        break;
      case 'step':
        await world.backgroundEnd(wait.id, step, signal);
        break;
      case 'condition': {
        const target = { service: world.service(wait.service), clock: world.clock, limits: world.limits };
        await awaitReady(wait.wait, target, signal);
        break;
      }
    }
    return { facts: { duration: world.clock.nowMs() - startedAtMs } };
  },
});
