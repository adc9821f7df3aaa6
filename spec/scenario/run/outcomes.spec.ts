import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/core/engine.ts';
import { FakeClock } from '../../../src/engine/fake/fake-clock.ts';
import { FakeEngine } from '../../../src/engine/fake/fake-engine.ts';
import { plan, run, runFake } from './runner-kit.ts';

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
