import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Leak } from '../../src/core/engine.ts';
import { loopDevicesOver } from '../engine/linux/sandbox/loop-devices.ts';
import { describeAsRoot } from '../requires.ts';
import { MayflyBench, packageRoot, program, RunningMayfly } from './mayfly-process.ts';

const census = join(packageRoot, 'tools/census');

const benches: MayflyBench[] = [];
afterAll(() => {
  for (const bench of benches) bench.remove();
});

function openBench(): MayflyBench {
  const bench = new MayflyBench();
  benches.push(bench);
  bench.write(
    'busy.yaml',
    `name: busy
upper: disk
images: { tools: { host: [sleep] } }
services: { one: { image: tools, command: [sleep, infinity] } }
steps: [{ name: begin, in: one, run: [sleep, "0"] }, { wait: 60s }]
`,
  );
  return bench;
}

interface Planted {
  /** In what both censuses say of it. */
  readonly sign: string;
  remove(): void;
}

interface Kind {
  readonly kind: Leak['kind'];
  /** Something that is left of the run whose sandbox has this name; `inside` is a process of it. */
  plant(bench: MayflyBench, sandbox: string, inside: number, runner: number): Planted;
  readonly withoutLoopDevices?: true;
}

/** A process in a namespace of the run is planted in teardown.linux.spec.ts, where it also has to survive the run. */
const kinds: readonly Kind[] = [
  {
    kind: 'namespace',
    plant(bench, _sandbox, inside) {
      const file = bench.write('kept-net', '');
      execFileSync('mount', ['--bind', `/proc/${inside}/ns/net`, file]);
      return { sign: file, remove: () => execFileSync('umount', [file]) };
    },
  },
  {
    kind: 'mount',
    plant(bench, sandbox) {
      const target = join(bench.folder, `mayfly-${sandbox}`);
      mkdirSync(target);
      execFileSync('mount', ['-t', 'tmpfs', 'planted', target]);
      return { sign: target, remove: () => execFileSync('umount', [target]) };
    },
  },
  {
    kind: 'link',
    plant(_bench, sandbox) {
      const name = `mayfly-${sandbox}`.slice(0, 15);
      execFileSync('ip', ['link', 'add', name, 'type', 'bridge']);
      return { sign: name, remove: () => execFileSync('ip', ['link', 'delete', name]) };
    },
  },
  {
    kind: 'cgroup',
    plant(_bench, sandbox) {
      const path = join(writableHierarchy(), `mayfly-${sandbox}`);
      mkdirSync(path);
      return { sign: path, remove: () => rmdirSync(path) };
    },
  },
  {
    kind: 'file',
    withoutLoopDevices: true,
    plant(bench, sandbox, _inside, runner) {
      // A busy mount point cannot be removed; its directory is what is left. The mount ends with the runner's namespace.
      const upper = join(bench.folder, 'state/uppers', sandbox);
      const busy = join(upper, 'busy');
      mkdirSync(busy);
      execFileSync('nsenter', [`--mount=/proc/${runner}/ns/mnt`, 'mount', '-t', 'tmpfs', 'planted', busy]);
      return { sign: upper, remove: () => {} };
    },
  },
  {
    kind: 'device',
    plant(bench) {
      const [sign = ''] = loopDevicesOver(bench.folder);
      const keeper = openSync(sign, 'r');
      return { sign, remove: () => closeSync(keeper) };
    },
  },
];

/** Where writable layers on disk are directories. */
function startWithoutLoopDevices(bench: MayflyBench): RunningMayfly {
  const script = 'mount --bind /dev/null /dev/loop-control; exec node "$@"';
  const argv = ['--mount', 'sh', '-c', script, 'sh', program, 'test', 'busy.yaml'];
  const env = { PATH: process.env.PATH, HOME: bench.folder, ...bench.places };
  return new RunningMayfly(
    spawn('unshare', argv, { cwd: bench.folder, stdio: ['ignore', 'pipe', 'pipe'], env }),
  );
}

describeAsRoot(['userns', 'overlay', 'net', 'cgroup-pids', 'disk-limit'], 'R29 R30 a planted leak', () => {
  // At the same time: each waits for its teardown's whole budget.
  test.concurrent.each(kinds)(
    'of the kind $kind: exit 5, named in the report, and found by the separate census',
    async ({ kind, plant, withoutLoopDevices }) => {
      const bench = openBench();
      const before = takeSnapshot(bench);
      const running =
        withoutLoopDevices === true ? startWithoutLoopDevices(bench) : bench.start(['test', 'busy.yaml']);
      const [, runId = ''] = await running.sees(/run (\w+)/);
      await running.sees(/✓ begin/);
      const planted = plant(bench, `${runId}x1`, processInside(running.pid), running.pid);
      try {
        running.kill('SIGINT');
        const { status, out } = await running.ended;
        expect([status, out]).toEqual([
          5,
          expect.stringMatching(new RegExp(`▲ leaked +busy .*\\d: .*${kind}`)),
        ]);
        expect(out).toContain(planted.sign);
        expect(linesSince(bench, before)).toContainEqual(expect.stringContaining(planted.sign));
      } finally {
        planted.remove();
      }
    },
    60_000, // three times that budget
  );
});

/** The sandbox's init is below the supervisor, which is below the runner. */
function processInside(runner: number): number {
  const childOf = (pid: number): number =>
    Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
  return childOf(childOf(runner));
}

function writableHierarchy(): string {
  const line = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((each) => / cgroup2? rw/.test(each) && /\bpids\b/.test(each));
  return line?.split(' ')[1] ?? '/sys/fs/cgroup';
}

function places(bench: MayflyBench): readonly string[] {
  return [
    '--store',
    join(bench.folder, 'store'),
    '--state',
    join(bench.folder, 'state'),
    '--tmp',
    bench.folder,
  ];
}

function takeSnapshot(bench: MayflyBench): string {
  const file = join(bench.folder, 'before.json');
  writeFileSync(file, execFileSync('node', [census, 'snapshot', ...places(bench)]));
  return file;
}

function linesSince(bench: MayflyBench, before: string): readonly string[] {
  const { stdout } = spawnSync('node', [census, 'compare', before, '--wait', '0', ...places(bench)], {
    encoding: 'utf8',
  });
  return stdout.split('\n');
}
