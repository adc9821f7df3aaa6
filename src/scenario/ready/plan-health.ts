import type { ImageHealthcheck } from '../../core/image.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { parseDurationMs } from '../../core/units.ts';

/** A health check with everything said that one may leave out. */
export interface HealthPlan {
  /** `['CMD', …]` or `['CMD-SHELL', text]`. */
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
}

/** Docker's defaults (moby, daemon/health.go). */
const defaults = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0 } as const;

/**
 * The service's own `healthcheck:` over that of its image: what it leaves out is the image's, and then Docker's.
 * Undefined if neither says what to run.
 */
export function planHealth(own: Json, image: ImageHealthcheck | undefined): HealthPlan | undefined {
  const written = isJsonObject(own) ? own : {};
  const test = testOf(written.test) ?? image?.test ?? [];
  if (test.length === 0 || test[0] === 'NONE' || written.disable === true) return undefined;
  const duration = (value: Json | undefined): number | undefined =>
    typeof value === 'string' ? parseDurationMs(value) : undefined;
  return {
    test,
    intervalMs: duration(written.interval) ?? image?.intervalMs ?? defaults.intervalMs,
    timeoutMs: duration(written.timeout) ?? image?.timeoutMs ?? defaults.timeoutMs,
    retries: numberOf(written.retries) ?? image?.retries ?? defaults.retries,
    startPeriodMs: duration(written.start_period) ?? image?.startPeriodMs ?? defaults.startPeriodMs,
  };
}

/**
 * From its start until Docker would call a service unhealthy that never was healthy: failures of the start period do not
 * count, and then it takes `retries` of them. Waiting asks as often as it helps, and gives up at that moment.
 */
export function unhealthyAfterMs({ startPeriodMs, retries, intervalMs }: HealthPlan): number {
  return startPeriodMs + retries * intervalMs;
}

/** Compose: a text is `CMD-SHELL`. */
function testOf(test: Json | undefined): readonly string[] | undefined {
  if (Array.isArray(test)) return test.map(String);
  return test === undefined || test === null ? undefined : ['CMD-SHELL', String(test)];
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}
