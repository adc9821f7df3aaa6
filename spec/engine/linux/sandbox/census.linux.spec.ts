import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Leak, Sandbox, SandboxSpec } from '../../../../src/core/engine.ts';
import { describeAsRoot } from '../../../requires.ts';
import { containerSpec } from '../../contract/container-spec.ts';
import { linuxEngineFor } from '../linux-kit.ts';
import { loopDevicesOver } from './loop-devices.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-census-'));
const kit = linuxEngineFor(directory);
const never = new AbortController().signal;
/** Long enough for the kernel to take away what is not planted, short enough to wait for. */
const budgetMs = 1500;

afterAll(() => rmSync(directory, { recursive: true, force: true }));

let runs = 0;

async function openSandbox(
  upper: SandboxSpec['upper'] = 'auto',
): Promise<{ readonly sandbox: Sandbox; readonly runId: string }> {
  runs += 1;
  const runId = `census${process.pid}x${runs}`;
  const sandbox = await (await kit).engine.openSandbox({ runId, networks: [], volumes: [], upper }, never);
  return { sandbox, runId };
}

async function startIdle(sandbox: Sandbox): Promise<void> {
  const image = await (await kit).prepareImage('idle', { kind: 'host', programs: ['sleep'], files: [] });
  await sandbox.startContainer(containerSpec(image, 'idle', ['sleep', '1000']), never);
}

/** The host's pid of this process's newest sandbox init: the child of its newest supervisor. */
function initPid(): number {
  const children = (pid: number): readonly number[] =>
    execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/)
      .map(Number);
  const supervisors = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .filter((line) => line.includes('launcher-linux'))
    .map((line) => Number.parseInt(line, 10));
  return children(supervisors.at(-1) ?? 0)[0] ?? 0;
}

const kinds = (leaks: readonly Leak[]): readonly string[] => leaks.map(({ kind }) => kind);

describeAsRoot(['userns', 'overlay', 'net'], 'the census finds what is left behind', () => {
  test('nothing, when nothing is', async () => {
    const { sandbox } = await openSandbox();
    expect(await sandbox.close(budgetMs)).toEqual([]);
  });

  test('nothing of another run, which is given the numbers of the namespaces that are gone', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { sandbox } = await openSandbox('disk');
      const closing = sandbox.close(budgetMs);
      const others = await Promise.all(Array.from({ length: 4 }, () => openSandbox()));
      const leaks = await closing;
      await Promise.all(others.map((other) => other.sandbox.close(20_000)));
      expect(leaks).toEqual([]);
    }
  });

  test('a process that entered a namespace of the run', async () => {
    const { sandbox } = await openSandbox();
    const intruder = spawn('nsenter', [`--net=/proc/${initPid()}/ns/net`, 'sleep', '1000'], {
      stdio: 'ignore',
    });
    try {
      await expect
        .poll(() => execFileSync('ps', ['-o', 'comm=', String(intruder.pid)], { encoding: 'utf8' }).trim())
        .toBe('sleep');
      const leaks = await sandbox.close(budgetMs);
      expect(kinds(leaks)).toEqual(['process']);
      expect(leaks[0]?.what).toMatch(new RegExp(`pid ${intruder.pid} \\(sleep\\) in net:\\[\\d+\\]`));
    } finally {
      intruder.kill('SIGKILL');
      await once(intruder, 'close');
    }
  });

  test('a namespace that a mount keeps', async () => {
    const { sandbox } = await openSandbox();
    const keeper = join(directory, 'keeper');
    writeFileSync(keeper, '');
    execFileSync('mount', ['--bind', `/proc/${initPid()}/ns/net`, keeper]);
    try {
      expect(await sandbox.close(budgetMs)).toMatchObject([
        { kind: 'namespace', what: expect.stringContaining(keeper) },
      ]);
    } finally {
      execFileSync('umount', [keeper]);
    }
  });

  test('a mount with the run in its name', async () => {
    const { sandbox, runId } = await openSandbox();
    const target = join(directory, `mayfly-${runId}`);
    mkdirSync(target);
    execFileSync('mount', ['-t', 'tmpfs', 'none', target]);
    try {
      expect(await sandbox.close(budgetMs)).toEqual([{ kind: 'mount', what: target }]);
    } finally {
      execFileSync('umount', [target]);
    }
  });

  test('a link with the run in its name', async () => {
    const { sandbox, runId } = await openSandbox();
    const name = `mayfly-${runId}`.slice(0, 15);
    execFileSync('ip', ['link', 'add', name, 'type', 'bridge']);
    try {
      expect(await sandbox.close(budgetMs)).toEqual([{ kind: 'link', what: name }]);
    } finally {
      execFileSync('ip', ['link', 'del', name]);
    }
  });

  test('a control group', async () => {
    const { sandbox, runId } = await openSandbox();
    const { features } = await (await kit).engine.probeHost();
    const parent = features.find(({ feature }) => feature === 'cgroup-pids')?.evidence.split(', ')[1];
    const group = `${parent}/mayfly-${runId}`;
    mkdirSync(group);
    try {
      expect(await sandbox.close(budgetMs)).toEqual([{ kind: 'cgroup', what: group }]);
    } finally {
      rmdirSync(group);
    }
  });
});

describeAsRoot(['userns', 'overlay', 'net', 'disk-limit'], 'the census of writable layers on disk', () => {
  test('a loop device that somebody keeps open, until he does not', async () => {
    const { sandbox } = await openSandbox('disk');
    await startIdle(sandbox);
    const [device = ''] = loopDevicesOver(directory);
    const keeper = openSync(device, 'r');
    try {
      expect(await sandbox.close(budgetMs)).toEqual([
        { kind: 'device', what: expect.stringContaining(`${device} over ${directory}`) },
      ]);
    } finally {
      closeSync(keeper);
    }
    await expect.poll(() => loopDevicesOver(directory)).toEqual([]);
  });
});
