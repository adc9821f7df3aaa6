import type { ContainerUsage } from '../../core/engine.ts';
import { isJsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { compileExpectations, type Expectation, judge } from './expectations.ts';
import { defineStep } from './step-definition.ts';

const counted = {
  memory: 'memoryBytes',
  cpu: 'cpuMs',
  pids: 'pids',
  oom_kills: 'oomKills',
} as const satisfies Record<string, keyof ContainerUsage>;

/** `stats`: what a service uses, as its control groups count it; what nothing counts is an error, never a pass. */
export const statsStep = defineStep<readonly Expectation[]>({
  kind: 'stats',
  async normalize(value, step, world) {
    if (!isJsonObject(value) || Object.keys(value).length === 0)
      throw new MayflyError('SCENARIO_ASSERTS_NOTHING', '`stats` says nothing of what should be used');
    return compileExpectations(
      value,
      { factUnits: { memory: 'bytes', cpu: 'ms' }, factsByName: [] },
      world.snapshotsOf(step),
    );
  },
  async perform(expectations, { in: name = '' }, world) {
    const usage = await world.service(name).container.usage();
    const facts = Object.fromEntries(
      Object.entries(counted).flatMap(([key, field]) => {
        const amount = usage[field];
        return amount === undefined ? [] : [[key, amount]];
      }),
    );
    for (const { subject } of expectations) {
      if (facts[subject] !== undefined) continue;
      throw new MayflyError('HOST_MISSING_FEATURE', `nothing counts \`${subject}\` of \`${name}\``, {
        hint: 'this host has no control group for it: see `mayfly doctor`',
      });
    }
    return { facts, findings: judge(expectations, facts) };
  },
});
