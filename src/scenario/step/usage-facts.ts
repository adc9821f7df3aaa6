import type { ContainerUsage } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { FactShape, Facts } from './expectations.ts';

const counted = {
  memory: 'memoryBytes',
  cpu: 'cpuMs',
  pids: 'pids',
  oom_kills: 'oomKills',
} as const satisfies Record<string, keyof ContainerUsage>;

export const usageShape: FactShape = { factUnits: { memory: 'bytes', cpu: 'ms' }, factsByName: [] };

/** Facts that only control groups can tell. */
export function isCounted(fact: string): boolean {
  return Object.hasOwn(counted, fact);
}

/**
 * What a container uses, under the names of the language.
 *
 * @throws MayflyError HOST_MISSING_FEATURE for one that is asked for and that nothing counts: it is never a pass.
 */
export function usageFacts(usage: ContainerUsage, asked: readonly string[], service: string): Facts {
  const facts = Object.fromEntries(
    Object.entries(counted).flatMap(([key, field]) => {
      const amount = usage[field];
      return amount === undefined ? [] : [[key, amount]];
    }),
  );
  const missing = asked.find((key) => isCounted(key) && facts[key] === undefined);
  if (missing === undefined) return facts;
  throw new MayflyError('HOST_MISSING_FEATURE', `nothing counts \`${missing}\` of \`${service}\``, {
    hint: 'this host has no control group for it: see `mayfly doctor`',
  });
}
