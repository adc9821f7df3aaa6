import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import type { AuditReport } from '../../src/core/audit-report.ts';
import type { CheckResult } from '../../src/core/check-result.ts';
import { describeAsRoot, describeRequiring } from '../requires.ts';
import { MayflyBench, program } from './mayfly-process.ts';
import { testSurroundings } from './test-surroundings.ts';

const bench = new MayflyBench();
const shared = mkdtempSync(join(tmpdir(), 'verify-'));
chmodSync(shared, 0o1777);
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  bench.remove();
  rmSync(shared, { recursive: true, force: true });
});

/** A process that says its number once it is what it is to be. */
async function start(command: string, ...args: readonly string[]): Promise<number> {
  const child = spawn(command, [...args, 'sh', '-c', 'echo; exec sleep infinity'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

async function verify(...args: readonly string[]) {
  const ended = await bench.run(['verify', ...args, '--report', 'json']);
  const report =
    ended.status === 0 || ended.status === 1 ? (JSON.parse(ended.out) as AuditReport) : undefined;
  const results = Object.fromEntries((report?.checks ?? []).map(({ id, result }) => [id, result]));
  const idsOf = (wanted: CheckResult): readonly string[] =>
    (report?.checks ?? []).filter(({ result }) => result === wanted).map(({ id }) => id);
  return { ...ended, report, results, idsOf };
}

const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;

async function verifyAsNobody(pid: number): Promise<AuditReport> {
  const [command, ...args] = [...asNobody, process.execPath, program, 'verify', `${pid}`, '--report', 'json'];
  const child = spawn(command, args, {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { MAYFLY_STORE: `${shared}/store`, MAYFLY_STATE: `${shared}/state` },
  });
  return JSON.parse(await text(child.stdout)) as AuditReport;
}

/** Everything in the PID namespace of a process that is number 1 of it, dead children among it, by the numbers there. */
function listedWith(first: number): readonly string[] {
  return readdirSync(`/proc/${first}/root/proc`).filter((name) => /^\d+$/.test(name));
}

describeRequiring(['linux', 'launcher'], 'mayfly verify', () => {
  test('a process of the host has nothing of its own', async () => {
    const { status, results } = await verify(String(await start('env')));
    expect(status).toBe(1);
    for (const id of ['ns.pid', 'ns.net', 'ns.mnt', 'ns.ipc', 'ns.uts', 'ns.user', 'user.ranges', 'ipc.shm'])
      expect([id, results[id]]).toEqual([id, 'fail']);
  });

  test('a number of nobody', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    const { status, err } = await verify(String(child.pid));
    expect(status).toBe(2);
    expect(err).toContain(`error[TARGET_NOT_FOUND]: there is no process ${child.pid}`);
  });

  test.each([
    [[], 'what is to be verified?'],
    [['1', '--profile', 'loose'], 'there is no profile `loose`'],
    [['1', '--only', 'ns.pids'], 'did you mean `ns.pid`?'],
    [['1', '--except', 'ns.pid'], '`--except ns.pid` gives no reason'],
  ])('%j is no proper question', async (args, complaint) => {
    const { status, err } = await bench.run(['verify', ...args]);
    expect([status, err]).toEqual([2, expect.stringContaining(complaint)]);
  });

  test('one who is interrupted says nothing of what was seen so far', async () => {
    const surroundings = testSurroundings({
      arguments: ['verify', String(process.pid)],
      environment: bench.places,
      onSignal: (listener) => {
        listener('SIGTERM');
        return () => {};
      },
    });
    expect(await runCli(surroundings)).toBe(143);
    expect([surroundings.out(), surroundings.err()]).toEqual(['', '']);
  });

  test.each(['docker', 'podman'])(
    'a number that %s tells of a container of another machine is not taken for a process of this one',
    async (runtime) => {
      const id = 'c0ffee'.repeat(11).slice(0, 64);
      const pid = await start('env');
      bench.write(`bin/${runtime}`, `#!/bin/sh\necho '${pid} ${id} /web'\n`);
      bench.chmod(`bin/${runtime}`, 0o755);
      const ended = await bench.run(['verify', `${runtime}:web`], {
        PATH: `${bench.folder}/bin:${process.env.PATH}`,
      });
      expect(ended.status).toBe(2);
      expect(ended.err).toContain(
        `error[TARGET_NOT_FOUND]: process ${pid} of this machine lies in no control group of container \`web\``,
      );
    },
  );

  test('an exception has a reason, and does not count', async () => {
    const pid = String(await start('env'));
    const { status, report } = await verify(pid, '--only', 'ns.uts', '--except', 'ns.uts=it is ours');
    expect(status).toBe(0);
    expect(report?.checks).toMatchObject([{ id: 'ns.uts', result: 'fail', excepted: 'it is ours' }]);
  });
});

describeAsRoot(['linux', 'launcher'], 'mayfly verify, as root', () => {
  test.each(['a pipe', 'a folder of another user', 'a file'])(
    'what crun keeps of a container is believed of files of this user only: %s',
    async (what) => {
      const pid = await start('env');
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      const run = what.replaceAll(' ', '-');
      bench.write(
        `${run}/crun/crun-box/status`,
        JSON.stringify({ pid, 'process-start-time': Number(began) }),
      );
      const folder = `${bench.folder}/${run}/crun`;
      if (what === 'a pipe') {
        rmSync(`${folder}/crun-box/status`);
        execFileSync('mkfifo', [`${folder}/crun-box/status`]);
      }
      if (what === 'a folder of another user') chownSync(folder, 65534, 65534);
      const { status } = await bench.run(['verify', 'crun:crun-box', '--only', 'ns.siblings'], {
        XDG_RUNTIME_DIR: `${bench.folder}/${run}`,
      });
      expect(status).toBe(what === 'a file' ? 0 : 2);
    },
  );

  test.each(['root', 'the user whose it is'])(
    '%s looks from inside, and leaves nobody there',
    async (who) => {
      const all = ['--user', '--map-root-user', '--mount', '--net', '--pid', '--ipc', '--uts', '--cgroup'];
      const outer = await start(...asNobody, 'unshare', ...all, '--fork', '--mount-proc', '--kill-child');
      const first = Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim());
      const report = who === 'root' ? (await verify(String(first))).report : await verifyAsNobody(first);
      expect(report?.notProbed).toBeUndefined();
      const passed = report?.checks.filter(({ result }) => result === 'pass').map(({ id }) => id);
      const told = ['ns.pid', 'ns.user', 'user.root-not-host-root', 'pid.no-host-pids', 'ipc.shm'];
      // Where the namespaces of process 1 are not to be read, these have no numbers to be known by on older kernels.
      expect(passed).toEqual(expect.arrayContaining(who === 'root' ? [...told, 'ns.net', 'ns.mnt'] : told));
      // Whoever is killed last is gone a moment later.
      await expect.poll(() => listedWith(first)).toEqual(['1']);
    },
  );

  test.each([
    [
      'a bridge of the host',
      'true',
      ['ip addr add 10.9.0.1/24 dev br0'],
      'fail',
      '10.9.0.1 of the host answers (port 9: ECONNREFUSED)',
    ],
    [
      'a bridge that has no address',
      'true',
      ['ip addr add 10.8.0.1/24 dev lo'],
      'pass',
      '10.8.0.1: there is no way to it',
    ],
    [
      'a bridge with a way to elsewhere',
      'true',
      [
        'ip addr add 10.9.0.1/24 dev br0',
        'ip link add far type vxlan id 7 dstport 4789 local 10.9.0.1',
        'ip link set far master br0',
      ],
      'unsupported',
      'there is a way to 10.9.0.1, by no bridge of this host alone: it is not tried',
    ],
    [
      'no bridge at all',
      'direct',
      ['ip addr add 10.9.0.1/24 dev out'],
      'unsupported',
      'there is a way to 10.9.0.1, by no bridge of this host alone: it is not tried',
    ],
  ])('the host is tried to be reached by bridges of it alone: %s', async (_, how, lines, result, said) => {
    // A network namespace of the test's own stands for the host.
    const script = `set -e
      mount -t sysfs sysfs /sys
      ip link set lo up
      unshare --net sh -c 'echo; exec sleep infinity' > ${bench.folder}/ready & target=$!
      until [ -s ${bench.folder}/ready ]; do read -t 0.05 _ <> <(:) || true; done
      ip link add br0 type bridge
      ip link set br0 up
      ip link add out type veth peer name eth0 netns $target
      ${how === 'direct' ? '' : 'ip link set out master br0'}
      ip link set out up
      ${lines.join('\n')}
      nsenter --net=/proc/$target/ns/net sh -c 'ip link set lo up; ip addr add 10.9.0.2/24 dev eth0; ip link set eth0 up'
      "$0" "$1" verify $target --only net.no-host --report json || true
      kill $target`;
    const child = spawn(
      'unshare',
      [
        '--net',
        '--pid',
        '--fork',
        '--mount-proc',
        '--kill-child',
        'bash',
        '-c',
        script,
        process.execPath,
        program,
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...bench.places },
      },
    );
    const report = JSON.parse(await text(child.stdout)) as AuditReport;
    rmSync(`${bench.folder}/ready`);
    expect(report.checks).toMatchObject([{ id: 'net.no-host', result }]);
    expect(report.checks[0]?.evidence).toContain(said);
  });

  test('namespaces of its own are seen from outside and inside', async () => {
    const pid = await start('unshare', '--net', '--ipc', '--uts', '--cgroup', '--mount');
    const { report, idsOf } = await verify(
      String(pid),
      '--only',
      'ns.net',
      '--only',
      'ns.pid',
      '--only',
      'ns.uts',
    );
    expect(report?.notProbed).toBeUndefined();
    expect(idsOf('pass')).toEqual(['ns.net', 'ns.uts']);
    expect(report?.checks.find(({ id }) => id === 'ns.net')?.evidence[0]).toContain(
      'from outside and inside',
    );
    expect(idsOf('fail')).toEqual(['ns.pid']);
  });

  test('an ordinary user is told what may not be read, and none of it passes', async () => {
    const report = await verifyAsNobody(
      await start('unshare', '--net', '--ipc', '--uts', '--cgroup', '--mount'),
    );
    expect(report.notProbed).toBe('its namespaces can be entered by root only');
    const results = new Map(report.checks.map((check) => [check.id, check]));
    for (const id of ['ns.net', 'ns.pid', 'user.ranges', 'ipc.shm', 'fs.masked-paths', 'dev.no-block']) {
      expect([id, results.get(id)?.result]).toEqual([id, 'unsupported']);
      expect(results.get(id)?.evidence[0]).toContain('not for this user to read');
    }
  });
});
