import { describe, expect, test } from 'vitest';
import { stepKinds } from '../../../src/core/step-kind.ts';
import { availableStepKinds } from '../../../src/scenario/step/step-table.ts';
import { plan, run, runFake, step } from './runner-kit.ts';

describe('modifiers', () => {
  test('R19 captures of one step are values in a later one, and keep their type', async () => {
    const steps = [
      run(`echo '{"id": 7}'`, { id: 'made', capture: { id: { from: 'stdout', json: '$.id' } } }),
      run('echo id=${{ steps.made.id }}', { expect: { stdout: 'id=7' } }),
      run('exit 7', { expect: { exit: '${{ steps.made.id }}' } }),
    ];
    expect((await runFake(plan({ steps }))).stepOutcomes).toEqual(['passed', 'passed', 'passed']);
  });

  test('R19 a capture that finds nothing fails its step', async () => {
    const ran = await runFake(
      plan({
        steps: [run('echo none', { id: 'a', capture: { x: { from: 'stdout', regex: 'id=(\\d+)' } } })],
      }),
    );
    expect(ran).toMatchObject({ outcome: 'failed', problems: [{ code: 'CAPTURE_FAILED' }] });
  });

  test('R7 services have addresses in expressions', async () => {
    const ran = await runFake(
      plan({
        steps: [
          run('echo ${{ services.box.ip }}', { expect: { stdout: { matches: '^10\\.89\\.0\\.\\d+$' } } }),
        ],
      }),
    );
    expect(ran.outcome).toBe('passed');
  });

  test('R19 `if` that does not hold skips the step with its reason', async () => {
    const ran = await runFake(
      plan({
        vars: { db: 'mysql' },
        steps: [run('false', { if: "vars.db == 'postgres'" }), run('true', { if: "vars.db == 'mysql'" })],
      }),
    );
    expect(ran.stepOutcomes).toEqual(['skipped', 'passed']);
    expect(ran.of('stepFinished')[0]?.reason).toBe("if: vars.db == 'postgres'");
    expect(ran.outcome).toBe('passed');
  });

  test('R19 save keeps the output below --output, in the folder of the scenario, also of a failure', async () => {
    const ran = await runFake(
      plan({ id: 'a/shop.yaml[x=1]', steps: [run('echo dump; exit 1', { save: 'out/dump.sql' })] }),
    );
    expect(ran.saved.get('a/shop.yaml_x=1_/out/dump.sql')).toBe('dump\n');
  });

  test('R19 save cannot leave the folder', async () => {
    const ran = await runFake(plan({ steps: [run('echo dump', { save: '../../etc/passwd' })] }));
    expect(ran.problems[0]).toMatchObject({ code: 'SCENARIO_FORBIDDEN' });
    expect([...ran.saved.keys()].filter((path) => path.includes('passwd'))).toEqual([]);
  });

  test('R20 eventually repeats until it holds, and counts', async () => {
    const steps = [
      run('touch /a; test -e /b && exit 0; test -e /c && touch /b; touch /c; exit 1', {
        eventually: { withinMs: 10_000, everyMs: 200 },
      }),
    ];
    const ran = await runFake(plan({ steps }));
    expect(ran.of('stepFinished')[0]).toMatchObject({ outcome: 'passed', tries: 3 });
  });

  test('R20 eventually gives up, and says what the last try saw', async () => {
    const ran = await runFake(
      plan({
        steps: [run('echo no', { expect: { stdout: 'yes' }, eventually: { withinMs: 1_000, everyMs: 300 } })],
      }),
    );
    expect(ran.of('stepFinished')[0]).toMatchObject({ outcome: 'failed', tries: 4 });
    expect(ran.problems[0]).toMatchObject({
      code: 'EXPECTATION_FAILED',
      message: expect.stringContaining('did not hold within 1.00 s, 4 tries'),
    });
  });

  test('R20 eventually does not repeat what cannot get better', async () => {
    const ran = await runFake(
      plan({ steps: [run(['nope'], { eventually: { withinMs: 1_000, everyMs: 100 } })] }),
    );
    expect(ran.of('stepFinished')[0]).toMatchObject({ outcome: 'errored', tries: 1 });
  });

  test('R20 eventually cuts off a try that outlasts it', async () => {
    const ran = await runFake(
      plan({ steps: [run('sleep 20', { eventually: { withinMs: 1_000, everyMs: 100 } })] }),
    );
    expect(ran.problems[0]).toMatchObject({ code: 'TIMEOUT' });
    expect(ran.clock.nowMs()).toBeLessThan(10_000);
  });

  test('R20 consistently demands that it holds all the time', async () => {
    const holds = await runFake(
      plan({ steps: [run('true', { consistently: { forMs: 1_000, everyMs: 100 } })] }),
    );
    expect(holds.of('stepFinished')[0]).toMatchObject({ outcome: 'passed', tries: 11 });
    const breaks = await runFake(
      plan({
        steps: [
          run('test -e /b && exit 1; test -e /a && touch /b; touch /a', {
            consistently: { forMs: 1_000, everyMs: 100 },
          }),
        ],
      }),
    );
    expect(breaks.of('stepFinished')[0]).toMatchObject({ outcome: 'failed', tries: 3 });
    expect(breaks.problems[0]?.message).toContain('held for 200 ms of 1.00 s');
  });

  test('R19 a background step goes on beside later ones and ends with the scenario', async () => {
    const steps = [run('sleep infinity', { id: 'load', background: true }), run('sleep 1')];
    const ran = await runFake(plan({ steps }));
    expect(ran.outcome).toBe('passed');
    expect(
      ran
        .of('stepFinished')
        .map(({ step: path, outcome, reason }) => [path === steps[0]?.path, outcome, reason]),
    ).toEqual([
      [false, 'passed', undefined],
      [true, 'passed', 'ended with the scenario'],
    ]);
  });

  test('R19 a background step that fails fails the scenario', async () => {
    const steps = [run('sleep 1; exit 3', { id: 'load', background: true }), run('sleep 5')];
    expect((await runFake(plan({ steps }))).outcome).toBe('failed');
  });

  test('R19 wait for a background step', async () => {
    const steps = [
      run('sleep 3; touch /done', { id: 'load', background: true }),
      step('wait', { step: 'load' }),
      run('test -e /done'),
    ];
    expect((await runFake(plan({ steps }))).stepOutcomes).toEqual(['passed', 'passed', 'passed']);
  });

  test.each(stepKinds.filter((kind) => !availableStepKinds.includes(kind)))(
    'R17 %s ends with LANGUAGE_NOT_AVAILABLE_YET, never with a pass',
    async (kind) => {
      const ran = await runFake(plan({ steps: [step(kind, {})] }));
      expect(ran).toMatchObject({
        outcome: 'errored',
        problems: [{ code: 'LANGUAGE_NOT_AVAILABLE_YET' }],
        result: { exitStatus: 2 },
      });
    },
  );
});
