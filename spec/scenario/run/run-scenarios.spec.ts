import { describe, expect, test } from 'vitest';
import { Interrupted } from '../../../src/core/interrupted.ts';
import { FakeClock } from '../../../src/engine/fake/fake-clock.ts';
import { FakeEngine } from '../../../src/engine/fake/fake-engine.ts';
import { plan, run, runFake, service } from './runner-kit.ts';

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
