import { describe, expect, test } from 'vitest';
import { httpServer, plan, run, runFake, service, step } from './runner-kit.ts';

describe('a failed expectation', () => {
  test('tells expected, actual, place, source line and the last lines of every log', async () => {
    const services = [
      service('box', { command: ['sh', '-c', 'echo box is up; sleep infinity'] }),
      service('other'),
    ];
    const failing = run('echo 2', {
      at: { file: 'shop.yaml', line: 77, column: 5 },
      expect: { stdout: '1' },
    });
    const [problem] = (await runFake(plan({ services, steps: [failing] }))).problems;
    expect(problem).toMatchObject({
      code: 'EXPECTATION_FAILED',
      subject: 'stdout',
      message: expect.stringContaining('stdout'),
      expected: expect.stringContaining('1'),
      actual: expect.stringContaining('2'),
      at: { file: 'shop.yaml', line: 77 },
      sourceLine: 'line 77 of the file',
      logs: { box: ['box is up'], other: [] },
    });
  });

  test('stops the scenario: later steps are skipped and say why', async () => {
    const ran = await runFake(plan({ steps: [run('false', { name: 'first' }), run('true')] }));
    expect(ran.stepOutcomes).toEqual(['failed', 'skipped']);
    expect(ran.of('stepFinished')[1]?.reason).toContain('first');
  });

  test('R31 on_failure adds sockets and processes', async () => {
    const services = [service('box', { command: ['web'] })];
    const ran = await runFake(
      plan({ services, steps: [run('false')], onFailure: ['logs', 'sockets', 'ps'] }),
      { programs: { web: httpServer(80, () => {}) } },
    );
    expect(ran.problems[0]?.logs).toMatchObject({
      box: ['listening on 80'],
      'box (sockets)': ['tcp 0.0.0.0:80'],
      'box (ps)': ['1 root web'],
    });
  });

  test('R31 on_failure: fs-diff tells what every service has written, also one that has ended', async () => {
    const services = [
      service('box', { command: ['sh', '-c', 'mkdir /d && echo 1 > /d/a && rm /etc/passwd'], exits: 0 }),
      service('idle'),
    ];
    const ran = await runFake(
      plan({
        services,
        steps: [step('wait', { exits: 0 }, { in: 'box' }), run('false')],
        onFailure: ['fs-diff'],
      }),
    );
    expect(ran.problems[0]?.logs).toMatchObject({
      'box (fs-diff)': ['A /d', 'A /d/a', 'C /etc', 'D /etc/passwd'],
      'idle (fs-diff)': ['nothing has been written'],
    });
  });
});

describe('finally', () => {
  test('R19 runs after a pass and after a failure, all of it', async () => {
    const last = [
      run('exit 1', { path: '/finally/0' }),
      run('echo bye', { path: '/finally/1', save: 'bye' }),
    ];
    const ran = await runFake(plan({ steps: [run('false')], finally: last }));
    expect(ran.stepOutcomes).toEqual(['failed', 'failed', 'passed']);
    expect(ran.saved.get('shop.yaml/bye')).toBe('bye\n');
  });

  test('R19 fails a scenario that had passed', async () => {
    expect((await runFake(plan({ finally: [run('exit 1', { path: '/finally/0' })] }))).outcome).toBe(
      'failed',
    );
  });

  test('R19 runs when the scenario timed out, within a budget of its own', async () => {
    const ran = await runFake(
      plan({
        timeoutMs: 1_000,
        steps: [run('sleep 20')],
        finally: [
          run('sleep 5; echo bye', { path: '/finally/0', save: 'bye' }),
          run('sleep 60', { path: '/finally/1', timeoutMs: 100_000 }),
        ],
      }),
      {
        limits: { finallyBudgetMs: 10_000 },
      },
    );
    expect(ran.saved.get('shop.yaml/bye')).toBe('bye\n');
    expect(ran.stepOutcomes).toEqual(['failed', 'passed', 'failed']);
    expect(ran.clock.nowMs()).toBeLessThan(20_000);
    expect(ran.of('scenarioFinished')[0]?.problems[0]).toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('scenario'),
    });
  });

  test('R19 runs when a service has died', async () => {
    const services = [service('box'), service('db', { command: ['sh', '-c', 'sleep 1; exit 7'] })];
    const last = [run('sleep 1; echo bye', { path: '/finally/0', save: 'bye' })];
    const ran = await runFake(plan({ services, steps: [run('sleep 20')], finally: last }));
    expect(ran.problems).toMatchObject([{ code: 'SERVICE_DIED' }]);
    expect(ran.saved.get('shop.yaml/bye')).toBe('bye\n');
  });

  test('R19 skips what has no service to run in', async () => {
    const services = [service('box', { command: ['nope'] })];
    const ran = await runFake(plan({ services, finally: [run('echo bye', { path: '/finally/0' })] }));
    expect(ran.stepOutcomes).toEqual(['skipped']);
    expect(ran.outcome).toBe('errored');
  });
});
