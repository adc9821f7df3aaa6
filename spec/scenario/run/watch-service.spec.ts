import { describe, expect, test } from 'vitest';
import type { FakeProgram } from '../../../src/engine/fake/fake-program.ts';
import { plan, run, runFake, service, step } from './runner-kit.ts';

const endsAfter =
  (ms: number, code: number): FakeProgram =>
  async (machine) => {
    await machine.write('starting\n');
    await machine.sleep(ms);
    await machine.writeError('giving up\n');
    return code;
  };

describe('R15 a service that ends by itself', () => {
  test('fails the scenario at once, with its exit status and last words', async () => {
    const services = [service('box'), service('db', { command: ['db'] })];
    const ran = await runFake(plan({ services, steps: [run('sleep 60'), run('true')] }), {
      programs: { db: endsAfter(3_000, 7) },
    });
    expect(ran).toMatchObject({ outcome: 'failed', result: { exitStatus: 1 } });
    const [finished] = ran.of('scenarioFinished');
    expect(finished?.problems).toMatchObject([
      {
        code: 'SERVICE_DIED',
        message: '`db` ended with exit status 7 while the scenario ran; its last words:\n  giving up',
        logs: { db: ['starting', 'giving up'] },
      },
    ]);
    expect(ran.of('stepFinished')).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('`db` ended'), problems: [] },
      { outcome: 'skipped' },
    ]);
    expect(ran.of('containerEnded')).toContainEqual(
      expect.objectContaining({ container: 'db', code: 7, expected: false }),
    );
    expect(ran.clock.nowMs()).toBeLessThan(10_000);
  });

  test('fails also with exit status 0', async () => {
    const services = [service('box'), service('db', { command: ['true'] })];
    expect((await runFake(plan({ services, steps: [run('sleep 1')] }))).outcome).toBe('failed');
  });

  test.each([
    { name: 'passes when `exits` matches', exits: 7, code: 7, outcome: 'passed' },
    { name: 'passes when `exits` matches by a matcher', exits: { gt: 0 }, code: 7, outcome: 'passed' },
    { name: 'fails when it does not', exits: 0, code: 7, outcome: 'failed' },
  ])('$name', async ({ exits, code, outcome }) => {
    const services = [service('box'), service('job', { command: ['job'], exits })];
    const ran = await runFake(plan({ services }), { programs: { job: endsAfter(3_000, code) } });
    expect(ran.outcome).toBe(outcome);
    expect(ran.clock.nowMs()).toBeGreaterThanOrEqual(3_000);
    expect(ran.of('containerEnded')[0]).toMatchObject({ container: 'job', expected: outcome === 'passed' });
  });

  test('that should end and never does fails by the time-out', async () => {
    const services = [service('box'), service('job', { exits: 0 })];
    const ran = await runFake(plan({ services, timeoutMs: 5_000 }));
    expect(ran).toMatchObject({ outcome: 'failed', problems: [{ code: 'TIMEOUT' }] });
  });

  test('at teardown is expected', async () => {
    const ran = await runFake(plan());
    expect(ran.outcome).toBe('passed');
    expect(ran.of('containerEnded')).toMatchObject([{ container: 'box', signal: 'SIGKILL', expected: true }]);
  });

  test.each([{ restart: 'always' }, { restart: 'on-failure' }] as const)(
    'is started again with restart: $restart',
    async ({ restart }) => {
      const services = [service('box'), service('db', { command: ['db'], restart })];
      const ran = await runFake(
        plan({ services, steps: [run('sleep 10'), step('logs', { service: 'db', contains: 'starting' })] }),
        { programs: { db: endsAfter(1_000, 7) } },
      );
      expect(ran.outcome).toBe('passed');
      expect(ran.of('containerEnded').filter(({ container }) => container === 'db').length).toBeGreaterThan(
        2,
      );
    },
  );

  test('fails once restart has been tried so often', async () => {
    const services = [
      service('box'),
      service('db', { command: ['db'], restart: 'on-failure', maxRestarts: 2 }),
    ];
    const ran = await runFake(plan({ services, steps: [run('sleep 60')] }), {
      programs: { db: endsAfter(1_000, 7) },
    });
    expect(ran.problems).toMatchObject([{ code: 'SERVICE_DIED' }]);
    expect(ran.of('containerEnded').filter(({ container }) => container === 'db')).toHaveLength(3);
  });
});
