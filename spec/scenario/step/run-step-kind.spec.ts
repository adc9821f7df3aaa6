import { describe, expect, test } from 'vitest';
import { plan, run, runFake } from '../run/runner-kit.ts';

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
});
