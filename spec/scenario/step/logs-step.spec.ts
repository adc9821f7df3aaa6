import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { FakePrograms } from '../../../src/engine/fake/fake-program.ts';
import { plan, type Ran, type RunOptions, runFake, service, step } from '../run/runner-kit.ts';

describe('R17 logs', () => {
  const programs: FakePrograms = {
    talks: async (machine) => {
      await machine.write('one\n');
      await machine.writeError('warned\n');
      await machine.sleep(5_000);
      await machine.write('two\n');
      await machine.sleep(Number.POSITIVE_INFINITY);
      return 0;
    },
  };
  const services = [service('box', { command: ['talks'] })];

  async function look(value: JsonObject, options: RunOptions = {}): Promise<Ran> {
    const steps = [
      step('wait', '1s', { id: 'before' }),
      step('wait', '9s', { id: 'during' }),
      step('wait', '1s', { id: 'after' }),
      step('logs', value, { in: 'box' }),
    ];
    return runFake(plan({ services, steps }), { programs, ...options });
  }

  test.each([
    { name: 'everything', value: { contains: ['one', 'two', 'warned'] }, outcome: 'passed' },
    { name: 'R21 not', value: { not: { contains: 'PANIC' } }, outcome: 'passed' },
    { name: 'R21 not, but it is there', value: { not: { contains: 'two' } }, outcome: 'failed' },
    { name: 'since start', value: { since: 'start', contains: 'one' }, outcome: 'passed' },
    {
      name: 'since a step',
      value: { since: 'during', contains: 'two', not: { contains: 'one' } },
      outcome: 'passed',
    },
    { name: 'since a later step', value: { since: 'after', contains: 'two' }, outcome: 'failed' },
    { name: 'since this step', value: { since: 'step', contains: 'two' }, outcome: 'failed' },
    { name: 'since an unknown step', value: { since: 'nope', contains: 'two' }, outcome: 'errored' },
    {
      name: 'one stream',
      value: { stream: 'stderr', contains: 'warned', not: { contains: 'one' } },
      outcome: 'passed',
    },
    { name: 'of a service by name', value: { service: 'box', contains: 'one' }, outcome: 'passed' },
    { name: 'R3 no matcher', value: { since: 'start' }, outcome: 'errored' },
  ])('$name: $outcome', async ({ value, outcome }) => {
    expect((await look(value)).outcome).toBe(outcome);
  });

  test('R5 a log of which the beginning is no longer kept is an error, never a pass', async () => {
    const ran = await look({ not: { contains: 'one' } }, { limits: { logLines: 1 } });
    expect(ran.problems).toMatchObject([
      { code: 'OUTPUT_LIMIT', message: expect.stringContaining('logLines (1)') },
    ]);
  });
});
