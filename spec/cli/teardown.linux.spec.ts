import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeAsRoot, describeRequiring } from '../requires.ts';
import { MayflyBench, packageRoot, type RunningMayfly } from './mayfly-process.ts';

const census = join(packageRoot, 'tools/census');

let bench: MayflyBench;

beforeEach(() => {
  bench = new MayflyBench();
  bench.write(
    'busy.yaml',
    `name: busy
images: { tools: { host: [sh, sleep, echo] } }
x-service: &service { image: tools, command: [sleep, infinity] }
services: { a: *service, b: *service, c: *service }
volumes: { data: {} }
steps:
  - { name: begin, in: a, run: echo begin }
  - { name: wait, in: b, run: sleep 1000 }
`.replace('b: *service', 'b: { image: tools, command: [sleep, infinity], volumes: ["data:/data"] }'),
  );
});

afterEach(() => bench.remove());

function takeSnapshot(): string {
  const file = join(bench.folder, 'before.json');
  writeFileSync(file, execFileSync('node', [census, 'snapshot', ...places()]));
  return file;
}

/** Where only this test keeps anything; its processes are found by being orphans. */
function places(): readonly string[] {
  return [
    '--store',
    join(bench.folder, 'store'),
    '--state',
    join(bench.folder, 'state'),
    '--tmp',
    bench.folder,
  ];
}

const patienceMs = 20_000;

/**
 * What is left and stays. Other tests run meanwhile: their processes come and go, so what is not there at every look is theirs;
 * control groups bear the run's id, files lie in this test's folder.
 */
async function leftSince(file: string, runId = 'no run'): Promise<readonly string[]> {
  const isOurs = (line: string): boolean =>
    line.startsWith('cgroup')
      ? line.includes(`mayfly-${runId}`)
      : !line.startsWith('file') || line.includes(bench.folder);
  let left = compareWith(file).filter(isOurs);
  const startedAtMs = performance.now();
  while (left.length > 0 && performance.now() - startedAtMs < patienceMs) {
    const now = compareWith(file);
    left = left.filter((line) => now.includes(line));
  }
  return left;
}

function compareWith(file: string): readonly string[] {
  const { stdout } = spawnSync('node', [census, 'compare', file, '--wait', '0', ...places()], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line !== '' && line !== 'nothing is left');
}

async function startBusy(): Promise<{ readonly running: RunningMayfly; readonly runId: string }> {
  const running = bench.start(['test', 'busy.yaml']);
  const [, runId = ''] = await running.sees(/run (\w+)/);
  await running.sees(/✓ begin/);
  return { running, runId };
}

describeRequiring(['userns', 'overlay', 'net'], 'nothing is left', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'R30 after %s: everything is torn down, the report says so, exit %i',
    async (signal, status) => {
      const before = takeSnapshot();
      const { running, runId } = await startBusy();
      running.kill(signal);
      const ended = await running.ended;
      expect([ended.status, ended.signal]).toEqual([status, null]);
      expect(ended.err).toContain(`${signal}: tearing down; once more ends at once`);
      expect(ended.out).toMatch(/nothing left behind/);
      expect(await leftSince(before, runId)).toEqual([]);
    },
  );

  test('R30 after a second Ctrl-C, which ends the command at once', async () => {
    const before = takeSnapshot();
    const { running, runId } = await startBusy();
    running.kill('SIGINT');
    await running.sees(/once more ends at once/);
    running.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.status).toBe(130);
    expect(await leftSince(before, runId)).toEqual([]);
  });

  test('after kill -9 of the runner', async () => {
    const before = takeSnapshot();
    const { running, runId } = await startBusy();
    running.kill('SIGKILL');
    expect((await running.ended).signal).toBe('SIGKILL');
    expect(await leftSince(before, runId)).toEqual([]);
  });

  test('what a killed runner leaves in the state directory, the next one sweeps', async () => {
    const before = takeSnapshot();
    const { running, runId } = await startBusy();
    running.kill('SIGKILL');
    await running.ended;
    bench.write(
      'next.yaml',
      'name: next\nimages: { tools: { host: [echo] } }\nsteps: [{ image: tools, run: [echo, hi] }]\n',
    );
    expect((await bench.run(['test', 'next.yaml'])).status).toBe(0);
    expect(await leftSince(before, runId)).toEqual([]);
  });

  test('after a time-out', async () => {
    const before = takeSnapshot();
    const { status, out } = await bench.run(['test', 'busy.yaml', '--timeout', '4s']);
    expect([status, out]).toEqual([1, expect.stringContaining('time-out of 4.00 s')]);
    expect(out).toContain('nothing left behind');
    expect(await leftSince(before)).toEqual([]);
  });

  test('after a pass and after a failure', async () => {
    const before = takeSnapshot();
    const quick =
      'images: { tools: { host: [echo] } }\nsteps: [{ image: tools, run: [echo, hi], expect: { stdout: ';
    bench.write('pass.yaml', `${quick}hi } }]\n`);
    bench.write('fail.yaml', `${quick}ho } }]\n`);
    expect((await bench.run(['test', 'pass.yaml', 'fail.yaml'])).status).toBe(1);
    expect(await leftSince(before)).toEqual([]);
  });

  test('two runners at once on one new store do not disturb each other', async () => {
    bench.write(
      'two.yaml',
      'name: two\nimages: { tools: { host: [sh, echo, sleep, node] } }\nsteps: [{ image: tools, run: echo hi }]\n',
    );
    const both = await Promise.all([bench.run(['test', 'two.yaml']), bench.run(['test', 'two.yaml'])]);
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
  });
});

describeAsRoot(['userns', 'overlay', 'net', 'cgroup-memory', 'cgroup-pids'], 'control groups', () => {
  test('go after kill -9 of the runner, and their journal entry with them', async () => {
    bench.write(
      'busy.yaml',
      readFileSync(join(bench.folder, 'busy.yaml'), 'utf8').replace(
        '{ image: tools, command: [sleep, infinity], volumes',
        '{ image: tools, mem_limit: 64m, pids_limit: 20, command: [sleep, infinity], volumes',
      ),
    );
    const before = takeSnapshot();
    const { running, runId } = await startBusy();
    expect(readdirSync(join(bench.folder, 'state/journal'))).toHaveLength(1);
    running.kill('SIGKILL');
    await running.ended;
    expect(await leftSince(before, runId)).toEqual([]);
  });
});

describeAsRoot(['userns', 'overlay', 'net'], 'a leak', () => {
  test('R29 R30 is an outcome of its own: exit 5, named in the report, also of an interrupted run', async () => {
    const { running } = await startBusy();
    const inside = sleeperOf(running.pid);
    const intruder = spawn('nsenter', [`--net=/proc/${inside}/ns/net`, 'sleep', '1000'], { stdio: 'ignore' });
    try {
      await expect
        .poll(() => execFileSync('ps', ['-o', 'comm=', String(intruder.pid)], { encoding: 'utf8' }).trim())
        .toBe('sleep');
      running.kill('SIGINT');
      const { status, out } = await running.ended;
      expect(status).toBe(5);
      expect(out).toMatch(/▲ leaked +busy .* 1: process/);
      expect(out).toContain(`pid ${intruder.pid} (sleep) in net:[`);
    } finally {
      const gone = once(intruder, 'close');
      intruder.kill('SIGKILL');
      await gone;
    }
  }, 60_000);
});

/** The host's pid of a service's `sleep`, below the runner's supervisor. */
function sleeperOf(runner: number): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const below = (pid: string): readonly string[] =>
    rows.filter(([, parent]) => parent === pid).flatMap(([child = '']) => [child, ...below(child)]);
  const sleeper = below(String(runner)).find((pid) =>
    rows.some(([each, , name]) => each === pid && name === 'sleep'),
  );
  return Number(sleeper);
}
