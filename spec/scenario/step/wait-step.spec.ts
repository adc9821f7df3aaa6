import { describe, expect, test } from 'vitest';
import { httpServer, plan, runFake, service, step } from '../run/runner-kit.ts';

describe('R17 wait', () => {
  test('for a time', async () => {
    expect(
      (await runFake(plan({ steps: [step('wait', '1m30s', { timeoutMs: 100_000 })] }))).clock.nowMs(),
    ).toBeGreaterThanOrEqual(90_000);
  });

  test('for a condition of a service', async () => {
    const programs = { server: httpServer(80, () => {}, 4_000) };
    const services = [service('box', { command: ['server'] })];
    const ran = await runFake(plan({ services, steps: [step('wait', { port: 80 }, { in: 'box' })] }), {
      programs,
    });
    expect(ran.outcome).toBe('passed');
    expect(ran.of('stepFinished')[0]?.durationMs).toBeGreaterThanOrEqual(4_000);
  });

  test('within its own time', async () => {
    const ran = await runFake(plan({ steps: [step('wait', { port: 80, within: '2s' }, { in: 'box' })] }));
    expect(ran).toMatchObject({
      outcome: 'failed',
      problems: [{ code: 'SERVICE_NOT_READY', message: expect.stringContaining('2.00 s') }],
    });
  });

  test.each([
    { value: 'soon', code: 'SCENARIO_WRONG_UNIT' },
    { value: { step: 'none' }, code: 'SCENARIO_UNDECLARED' },
    { value: { nothing: 1 }, code: 'SCENARIO_WRONG_VALUE' },
  ])('$value is refused', async ({ value, code }) => {
    expect((await runFake(plan({ steps: [step('wait', value, { in: 'box' })] }))).problems).toMatchObject([
      { code },
    ]);
  });
});
