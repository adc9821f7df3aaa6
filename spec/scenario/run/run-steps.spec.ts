import { describe, expect, test } from 'vitest';
import { httpServer, plan, run, runFake, service, step } from './runner-kit.ts';

describe('run', () => {
  test.each([
    { name: 'R3 without expect, exit 0 passes', value: 'true', outcome: 'passed' },
    { name: 'R3 without expect, exit 1 fails', value: 'false', outcome: 'failed' },
    {
      name: 'R3 expect without exit still expects exit 0',
      value: 'echo hi; exit 1',
      expect: { stdout: 'hi' },
      outcome: 'failed',
    },
    {
      name: 'R3 expect with exit expects that',
      value: 'echo hi; exit 1',
      expect: { stdout: 'hi', exit: 1 },
      outcome: 'passed',
    },
    {
      name: 'R17 text goes through the shell with -e: it leaves at the first failure',
      value: 'false\necho never',
      expect: { exit: 1, stdout: { empty: true } },
      outcome: 'passed',
    },
    {
      name: 'R17 a list is run as it is',
      value: ['echo', '$HOME; false'],
      expect: { stdout: '$HOME; false' },
      outcome: 'passed',
    },
    {
      name: 'R17 stdout and stderr are told apart, output has both',
      value: 'echo out; echo err >&2',
      expect: { stdout: 'out', stderr: 'err', output: { contains: ['out', 'err'] } },
      outcome: 'passed',
    },
    {
      name: 'R17 duration takes units',
      value: 'sleep 2',
      expect: { duration: { gte: '2s', lt: '3s' } },
      outcome: 'passed',
    },
    {
      name: 'R17 a signal is told',
      value: 'kill -KILL $$',
      expect: { signal: 'SIGKILL' },
      outcome: 'passed',
    },
    {
      name: 'R21 one final newline is ignored',
      value: 'echo hello',
      expect: { stdout: 'hello' },
      outcome: 'passed',
    },
  ])('$name', async ({ value, expect: wanted, outcome }) => {
    const ran = await runFake(plan({ steps: [run(value, wanted === undefined ? {} : { expect: wanted })] }));
    expect(ran.outcome).toBe(outcome);
    expect(ran.result.exitStatus).toBe(outcome === 'passed' ? 0 : 1);
  });

  test('R19 user, workdir, environment and stdin are those of the step', async () => {
    const options = { user: 'postgres', workdir: '/srv', environment: { A: 'b c' }, stdin: 'typed' };
    const steps = [
      run('id -u; pwd; echo $A; cat', { ...options, expect: { stdout: '70\n/srv\nb c\ntyped' } }),
    ];
    expect((await runFake(plan({ steps }))).outcome).toBe('passed');
  });

  test('R18 without `in` it runs in a container of its own, which is gone afterwards', async () => {
    const { in: _in, ...alone } = run('hostname; cat /etc/motd', {
      image: 'tools',
      networks: ['front'],
      path: '/steps/0',
      expect: { stdout: 'steps-0\nhello' },
    });
    const ran = await runFake(plan({ services: [], steps: [alone] }));
    expect(ran.outcome).toBe('passed');
    expect(
      ran.of('containerStarted').map(({ container, networks }) => [container, networks[0]?.network]),
    ).toEqual([['steps-0', 'front']]);
    expect(ran.of('containerEnded')).toMatchObject([{ container: 'steps-0', code: 0, expected: true }]);
    expect(ran.engine.sandboxes[0]?.containers).toEqual([]);
  });

  test('R18 two tries of a one-shot see nothing of each other', async () => {
    const { in: _in, ...alone } = run('test -e /mark && exit 0; touch /mark; exit 1', {
      image: 'tools',
      eventually: { withinMs: 1_000, everyMs: 100 },
    });
    expect((await runFake(plan({ services: [], steps: [alone] }))).outcome).toBe('failed');
  });

  test('R19 a step that takes too long fails with what it had written', async () => {
    const ran = await runFake(
      plan({ steps: [run('echo before; sleep 60', { timeoutMs: 5_000 }), run('true')] }),
    );
    expect(ran.outcome).toBe('failed');
    expect(ran.problems[0]).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('5.00 s') });
    expect(ran.of('stepFinished')[0]?.facts).toMatchObject({ stdout: 'before\n' });
    expect(ran.of('stepFinished')[1]).toMatchObject({ outcome: 'skipped' });
    expect(ran.clock.nowMs()).toBeLessThan(10_000);
  });

  test('R5 output over the limit is an error that names the limit', async () => {
    const ran = await runFake(plan({ steps: [run('echo 123456789')] }), { limits: { outputBytes: 5 } });
    expect(ran.problems[0]).toMatchObject({
      code: 'OUTPUT_LIMIT',
      message: expect.stringContaining('outputBytes'),
    });
    expect(ran.result.exitStatus).toBe(4);
  });

  test('a program that is not there is an error, not a failure', async () => {
    const ran = await runFake(plan({ steps: [run(['nope'])] }));
    expect(ran).toMatchObject({
      outcome: 'errored',
      problems: [{ code: 'PROGRAM_NOT_FOUND' }],
      result: { exitStatus: 4 },
    });
  });

  test('a child that holds the output open does not hold the step', async () => {
    const ran = await runFake(plan({ steps: [run(['daemonize'], { expect: { duration: { lt: '1s' } } })] }), {
      programs: { daemonize: (machine) => machine.write('started\n').then(() => 0) },
    });
    expect(ran.outcome).toBe('passed');
  });
});

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
      'box (ps)': expect.any(Array),
    });
  });
});

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

  test.each([
    'dns',
    'stats',
    'connectivity',
    'isolation',
    'fault',
    'parallel',
    'use',
    'processes',
    'ports',
    'image',
  ] as const)('R17 %s ends with LANGUAGE_NOT_AVAILABLE_YET, never with a pass', async (kind) => {
    const ran = await runFake(plan({ steps: [step(kind, {})] }));
    expect(ran).toMatchObject({
      outcome: 'errored',
      problems: [{ code: 'LANGUAGE_NOT_AVAILABLE_YET' }],
      result: { exitStatus: 2 },
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

  test('R19 skips what has no service to run in', async () => {
    const services = [service('box', { command: ['nope'] })];
    const ran = await runFake(plan({ services, finally: [run('echo bye', { path: '/finally/0' })] }));
    expect(ran.stepOutcomes).toEqual(['skipped']);
    expect(ran.outcome).toBe('errored');
  });
});
