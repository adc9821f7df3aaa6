import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/core/engine.ts';
import type { Outcome } from '../../../src/core/event.ts';
import { Interrupted } from '../../../src/core/interrupted.ts';
import { FakeClock } from '../../../src/engine/fake/fake-clock.ts';
import { FakeEngine } from '../../../src/engine/fake/fake-engine.ts';
import { exitStatusOf } from '../../../src/scenario/run/exit-status.ts';
import { plan, run, runFake, service } from './runner-kit.ts';

const leak = { kind: 'mount', what: '/run/mayfly/x' } as const;

/** Fails in the first sandboxes, passes in later ones. */
function passesFrom(attempt: number): { readonly programs: Readonly<Record<string, () => number>> } {
  let tries = 0;
  return {
    programs: {
      flaky: () => {
        tries += 1;
        return tries >= attempt ? 0 : 1;
      },
    },
  };
}

describe('R29 outcomes', () => {
  test.each([
    { name: 'passed', steps: [run('true')], outcome: 'passed', exitStatus: 0 },
    { name: 'failed by an expectation', steps: [run('false')], outcome: 'failed', exitStatus: 1 },
    {
      name: 'failed by a time-out',
      steps: [run('sleep 60', { timeoutMs: 1_000 })],
      outcome: 'failed',
      exitStatus: 1,
    },
    { name: 'errored by the harness', steps: [run(['nope'])], outcome: 'errored', exitStatus: 4 },
    {
      name: 'errored by the input',
      steps: [run('echo ${{ steps.none.x }}')],
      outcome: 'errored',
      exitStatus: 2,
    },
  ])('$name', async ({ steps, outcome, exitStatus }) => {
    const ran = await runFake(plan({ steps }));
    expect([ran.outcome, ran.result.exitStatus]).toEqual([outcome, exitStatus]);
    expect(ran.of('scenarioFinished')).toMatchObject([{ outcome, final: true, attempt: 1 }]);
    expect(ran.of('runFinished')).toMatchObject([{ exitStatus }]);
  });

  test('leaked: over a pass and over a failure, with exit status 5', async () => {
    for (const value of ['true', 'false']) {
      const ran = await runFake(plan({ steps: [run(value)] }), { leaks: [leak] });
      expect([ran.outcome, ran.result.exitStatus]).toEqual(['leaked', 5]);
      expect(ran.of('leakFound')).toMatchObject([{ leak }]);
      expect(ran.of('censusTaken')).toMatchObject([{ left: 1 }]);
      expect(ran.of('scenarioFinished')[0]?.problems).toMatchObject([
        { code: 'LEAKED', message: expect.stringContaining('/run/mayfly/x') },
      ]);
    }
  });

  test('a clean teardown is told as well', async () => {
    expect((await runFake(plan())).of('censusTaken')).toMatchObject([{ left: 0 }]);
  });

  test('a scenario that takes too long fails, and is torn down', async () => {
    const ran = await runFake(
      plan({ timeoutMs: 5_000, steps: [run('sleep 60', { timeoutMs: 100_000 }), run('true')] }),
    );
    expect(ran.of('scenarioFinished')[0]).toMatchObject({
      outcome: 'failed',
      problems: [{ code: 'TIMEOUT', message: expect.stringContaining('5.00 s') }],
    });
    expect(ran.engine.sandboxes[0]?.containers).toEqual([]);
    expect(ran.of('censusTaken')).toHaveLength(1);
  });

  test('R31 skipped when the host lacks what it requires, with the reason', async () => {
    const ran = await runFake(
      [plan({ id: 'a', requires: ['net', 'ipv6'] }), plan({ id: 'b', requires: ['net'] })],
      { missingFeatures: ['ipv6'] },
    );
    expect(ran.result.scenarios.map(({ outcome }) => outcome)).toEqual(['skipped', 'passed']);
    expect(ran.of('scenarioFinished')[0]?.reason).toBe('the host lacks ipv6 (scripted to be missing)');
    expect(ran.result.exitStatus).toBe(0);
    expect(ran.engine.sandboxes).toHaveLength(1);
  });

  test('R31 R30 all skipped is exit status 3', async () => {
    expect(
      (await runFake(plan({ requires: ['egress'] }), { missingFeatures: ['egress'] })).result.exitStatus,
    ).toBe(3);
    expect((await runFake(plan({ skip: 'not today' }))).of('scenarioFinished')).toMatchObject([
      { outcome: 'skipped', reason: 'not today' },
    ]);
  });
});

describe('R20 retries', () => {
  test('a pass on retry is flaky, in a sandbox of its own', async () => {
    const ran = await runFake(
      plan({ retries: 3, steps: [run('test -e /mark && exit 9; touch /mark; flaky')] }),
      passesFrom(3),
    );
    expect([ran.outcome, ran.result.exitStatus]).toEqual(['flaky', 0]);
    expect(ran.of('scenarioStarted').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(ran.of('scenarioFinished').map(({ outcome, final }) => [outcome, final])).toEqual([
      ['failed', false],
      ['failed', false],
      ['flaky', true],
    ]);
    expect(ran.engine.sandboxes).toHaveLength(3);
  });

  test('are used up', async () => {
    const ran = await runFake(plan({ retries: 1, steps: [run(['flaky'])] }), passesFrom(3));
    expect([ran.outcome, ran.result.exitStatus]).toEqual(['failed', 1]);
    expect(ran.of('scenarioFinished').map(({ final }) => final)).toEqual([false, true]);
  });

  test('a leak is not tried again', async () => {
    expect((await runFake(plan({ retries: 3 }), { leaks: [leak] })).of('scenarioStarted')).toHaveLength(1);
  });

  test('evidence of a retry does not overwrite that of the first attempt', async () => {
    const ran = await runFake(plan({ retries: 1, steps: [run('echo x; false', { save: 'x' })] }));
    expect([...ran.saved.keys()].filter((path) => path.endsWith('/x'))).toEqual([
      'shop.yaml/x',
      'shop.yaml.attempt2/x',
    ]);
  });
});

describe('several scenarios', () => {
  const three = ['a', 'b', 'c'].map((id) => plan({ id, steps: [run('sleep 10')] }));

  test.each([
    { jobs: 1, ms: 30_000 },
    { jobs: 2, ms: 20_000 },
    { jobs: 3, ms: 10_000 },
  ])('$jobs at once', async ({ jobs, ms }) => {
    const ran = await runFake(three, { context: { jobs } });
    expect(Math.round(ran.clock.nowMs() / 1_000)).toBe(ms / 1_000);
    expect(ran.result.scenarios.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  test('all are announced before any starts', async () => {
    const kinds = (await runFake(three)).events.map(({ kind }) => kind);
    expect(kinds.slice(0, 5)).toEqual([
      'runStarted',
      'scenarioPlanned',
      'scenarioPlanned',
      'scenarioPlanned',
      'scenarioStarted',
    ]);
    expect(kinds.at(-1)).toBe('runFinished');
  });

  test('sandboxes have names of their own', async () => {
    const asked: string[] = [];
    class Noting extends FakeEngine {
      override openSandbox(
        ...[spec, signal]: Parameters<FakeEngine['openSandbox']>
      ): ReturnType<FakeEngine['openSandbox']> {
        asked.push(spec.runId);
        return super.openSandbox(spec, signal);
      }
    }
    const clock = new FakeClock();
    await runFake(three, { context: { engine: new Noting({ clock }), clock } });
    expect(new Set(asked).size).toBe(3);
    expect(asked.every((name) => /^[a-z0-9]+$/.test(name))).toBe(true);
  });

  test('--fail-fast starts no further one after a failure', async () => {
    const plans = [plan({ id: 'a', steps: [run('false')] }), plan({ id: 'b' }), plan({ id: 'c' })];
    const ran = await runFake(plans, { context: { failFast: true } });
    expect(ran.result.scenarios.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped', 'skipped']);
    expect(ran.of('scenarioFinished')[1]?.reason).toContain('--fail-fast');
    expect(ran.result.exitStatus).toBe(1);
  });

  test('do not disturb each other when one fails', async () => {
    const plans = [plan({ id: 'a', steps: [run('false')] }), plan({ id: 'b', steps: [run('sleep 5')] })];
    const ran = await runFake(plans, { context: { jobs: 2 } });
    expect(ran.result.scenarios.map(({ outcome }) => outcome)).toEqual(['failed', 'passed']);
  });
});

describe('R30 an interrupt', () => {
  test('ends everything cleanly: finally runs, the census is taken, nothing further starts', async () => {
    const plans = [
      plan({
        id: 'a',
        steps: [run('sleep 60')],
        finally: [run('echo bye', { path: '/finally/0', save: 'bye' })],
      }),
      plan({ id: 'b' }),
    ];
    const ran = await runFake(plans, {
      onEvent: (event, controller) => {
        if (event.kind === 'stepStarted') controller.abort(new Interrupted('SIGINT'));
      },
    });
    expect(ran.result).toMatchObject({
      exitStatus: 130,
      scenarios: [{ outcome: 'errored' }, { outcome: 'skipped' }],
    });
    expect(ran.of('scenarioFinished')).toMatchObject([
      { reason: 'interrupted', problems: [{ code: 'CANCELLED' }] },
      { reason: 'interrupted' },
    ]);
    expect(ran.of('runFinished')).toMatchObject([{ exitStatus: 130, interruptedBy: 'SIGINT' }]);
    expect(ran.saved.get('a/bye')).toBe('bye\n');
    expect(ran.of('censusTaken')).toMatchObject([{ left: 0 }]);
    expect(ran.engine.sandboxes[0]?.containers).toEqual([]);
    expect(ran.clock.nowMs()).toBeLessThan(5_000);
  });

  test('by SIGTERM is 143, and is not retried', async () => {
    const ran = await runFake(plan({ retries: 2, steps: [run('sleep 60')] }), {
      onEvent: (event, controller) => {
        if (event.kind === 'stepStarted') controller.abort(new Interrupted('SIGTERM'));
      },
    });
    expect(ran.result.exitStatus).toBe(143);
    expect(ran.of('scenarioStarted')).toHaveLength(1);
  });

  test('while services start ends the waiting', async () => {
    const services = [
      service('box', {
        ready: {
          condition: { kind: 'port', value: 80 },
          withinMs: 60_000,
          at: { file: '', line: 1, column: 1 },
        },
      }),
    ];
    const ran = await runFake(plan({ services }), {
      onEvent: (event, controller) => {
        if (event.kind === 'containerStarted') controller.abort(new Interrupted('SIGINT'));
      },
    });
    expect(ran.result.exitStatus).toBe(130);
    expect(ran.clock.nowMs()).toBeLessThan(5_000);
  });
});

describe('teardown', () => {
  test('that hangs is a failure of its own kind, within its budget', async () => {
    class Stuck extends FakeEngine {
      override async openSandbox(
        ...[spec, signal]: Parameters<FakeEngine['openSandbox']>
      ): ReturnType<FakeEngine['openSandbox']> {
        const sandbox = await super.openSandbox(spec, signal);
        const close: Sandbox['close'] = () => new Promise(() => {});
        return Object.assign(sandbox, { close });
      }
    }
    const clock = new FakeClock();
    const ran = await runFake(plan(), {
      context: { clock, engine: new Stuck({ clock }) },
      limits: { teardownBudgetMs: 5_000 },
    });
    expect(ran.problems).toMatchObject([
      { code: 'TIMEOUT', message: expect.stringContaining('the sandbox') },
    ]);
    expect(ran.outcome).toBe('failed');
    expect(clock.nowMs()).toBeLessThan(10_000);
  });
});

describe('R30 exit status', () => {
  const result = (
    outcome: Outcome,
    ...errorStatuses: readonly number[]
  ): { outcome: Outcome; errorStatuses: readonly number[] } => ({ outcome, errorStatuses });
  const plain = { failOnFlaky: false, failOnSkipped: false };

  test.each([
    { name: 'all passed', results: [result('passed'), result('passed')], status: 0 },
    { name: 'nothing matched', results: [], status: 2 },
    { name: 'flaky passes', results: [result('flaky')], status: 0 },
    {
      name: 'flaky with --fail-on-flaky',
      results: [result('flaky')],
      options: { failOnFlaky: true },
      status: 1,
    },
    { name: 'some skipped', results: [result('passed'), result('skipped')], status: 0 },
    {
      name: 'some skipped with --fail-on-skipped',
      results: [result('passed'), result('skipped')],
      options: { failOnSkipped: true },
      status: 1,
    },
    { name: 'all skipped', results: [result('skipped')], status: 3 },
    { name: 'one failed', results: [result('passed'), result('failed', 1)], status: 1 },
    { name: 'errored', results: [result('errored', 4)], status: 4 },
    { name: 'errored for a reason unknown', results: [result('errored')], status: 4 },
    { name: 'errored by the input', results: [result('errored', 2)], status: 2 },
    { name: 'errored by the host', results: [result('errored', 3, 1)], status: 3 },
    { name: 'leaked', results: [result('leaked')], status: 5 },
    { name: '4 over 1', results: [result('failed', 1), result('errored', 4)], status: 4 },
    {
      name: '5 over 4 over 1',
      results: [result('failed', 1), result('leaked', 5), result('errored', 4)],
      status: 5,
    },
    {
      name: 'interrupted over failed',
      results: [result('failed', 1)],
      options: { interruptedBy: 'SIGINT' },
      status: 130,
    },
    { name: 'terminated', results: [], options: { interruptedBy: 'SIGTERM' }, status: 143 },
    {
      name: 'leaked over interrupted',
      results: [result('leaked')],
      options: { interruptedBy: 'SIGINT' },
      status: 5,
    },
  ])('$name: $status', ({ results, options, status }) => {
    expect(exitStatusOf(results, { ...plain, ...options })).toBe(status);
  });
});
