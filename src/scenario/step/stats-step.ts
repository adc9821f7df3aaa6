import { isJsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { compileExpectations, type Expectation, judge } from './expectations.ts';
import { defineStep } from './step-definition.ts';
import { usageFacts, usageShape } from './usage-facts.ts';

/** `stats`: what a service uses, as its control groups count it; what nothing counts is an error, never a pass. */
export const statsStep = defineStep<readonly Expectation[]>({
  kind: 'stats',
  async normalize(value, step, world) {
    if (!isJsonObject(value) || Object.keys(value).length === 0)
      throw new MayflyError('SCENARIO_ASSERTS_NOTHING', '`stats` says nothing of what should be used');
    return compileExpectations(value, usageShape, world.snapshotsOf(step));
  },
  async perform(expectations, { in: name = '' }, world) {
    const usage = await world.service(name).container.usage();
    const asked = expectations.map(({ subject }) => subject);
    const facts = usageFacts(usage, asked, name);
    return { facts, findings: judge(expectations, facts) };
  },
});
