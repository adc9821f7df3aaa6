import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../../../src/core/clock.ts';
import { auditedChecks } from '../../../../src/scenario/isolation/audit/audited-checks.ts';
import { auditProcess } from '../../../../src/scenario/isolation/audit/run-audits.ts';
import { callOne, readInside } from '../../../../src/scenario/isolation/calls.ts';
import { describeAsRoot, describeRequiring } from '../../../requires.ts';
import { never } from '../../contract/contract-kit.ts';
import { buildLauncher } from '../launcher/build-launcher.ts';
import { linuxEngineFor } from '../linux-kit.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-foreign-'));
const kit = linuxEngineFor(directory);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function ended() {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const foreign = await (await kit).engine.openForeign(child.pid ?? 0);
  const before = foreign.witness.read('comm');
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
  return { foreign, before };
}

describeRequiring(['linux', 'launcher'], 'a process that others started', () => {
  test('nothing is told of it once it has ended', async () => {
    const { foreign, before } = await ended();
    await using _ = foreign;
    const { witness } = foreign;
    expect(before).toMatch(/^(?:sleep|node)\n$/);
    expect(foreign.isThere()).toBe(false);
    expect(['status', 'ns/net', 'mountinfo'].map((name) => witness.read(name))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(witness.list('fd')).toBeUndefined();
  });

  test('one that ends while it is looked at is told to be gone', async () => {
    const { foreign } = await ended();
    await using _ = foreign;
    const clock = systemClock(() => performance.now());
    await expect(auditProcess(foreign, auditedChecks, clock, never)).rejects.toMatchObject({
      code: 'TARGET_GONE',
      exitStatus: 4,
      message: expect.stringMatching(/^process \d+ ended while it was looked at$/),
    });
  });

  test('a number of nobody, and of one who is dead and not yet buried', async () => {
    const { engine } = await kit;
    const child = spawn('true', { stdio: 'ignore' });
    await once(child, 'exit');
    await expect(engine.openForeign(child.pid ?? 0)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' });
    const holder = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = await once(holder.stdout, 'data');
    try {
      const zombie = Number(String(line));
      await expect
        .poll(() => execFileSync('ps', ['-o', 'stat=', '-p', String(zombie)], { encoding: 'utf8' }))
        .toMatch(/^Z/);
      await expect(engine.openForeign(zombie)).rejects.toThrow(`process ${zombie} has ended`);
    } finally {
      holder.kill('SIGKILL');
    }
  });
});

describeAsRoot(['linux', 'launcher'], 'what a held descriptor of /proc/PID names', () => {
  test('is never another process that was given the number', () => {
    // In a PID namespace of its own the next number can be chosen (proc(5), ns_last_pid).
    const script = `
      sleep 1000 & first=$!
      exec 9</proc/$first
      kill -9 $first; wait $first 2>/dev/null
      echo $((first - 1)) > /proc/sys/kernel/ns_last_pid
      sleep 1000 & second=$!
      echo $first $second
      cat /proc/$second/comm
      cat /proc/self/fd/9/comm 2>&1 || true
      kill -9 $second`;
    const flags = ['--pid', '--fork', '--mount-proc', '--kill-child'];
    const out = execFileSync('unshare', [...flags, 'bash', '-c', script], { encoding: 'utf8' });
    const [numbers = '', comm, held] = out.split('\n');
    const [first, second] = numbers.split(' ');
    expect(second).toBe(first);
    expect(comm).toBe('sleep');
    expect(held).toContain('No such process');
  });
});

describeAsRoot(['linux', 'launcher'], 'a helper in namespaces of others', () => {
  test.each([[['--net']], [['--user', '--map-root-user', '--net']]])(
    'may not be traced from its exec on, before it says so itself: unshare %j',
    async (flags) => {
      const header = fileURLToPath(new URL('undumpable.h', import.meta.url));
      const launcher = buildLauncher(['-static', '-include', header]);
      const { engine } = await linuxEngineFor(directory, launcher);
      const child = spawn('unshare', [...flags, 'sh', '-c', 'echo; exec sleep 1000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        await once(child.stdout, 'data');
        await using foreign = await engine.openForeign(child.pid ?? 0);
        for (const rights of ['itself', 'root'] as const) {
          await using probe = await foreign.probe(rights, never);
          const getDumpable = 3;
          expect(await callOne(probe, 'prctl', getDumpable)).toMatchObject({ value: 0 });
          const status = await readInside(probe, '/proc/self/status');
          const can = 'text' in status ? /^CapBnd:\t(\w+)$/m.exec(status.text)?.[1] : '';
          expect(can).toBe(rights === 'root' ? '0000000000000400' : '0000000000040000');
        }
      } finally {
        child.kill('SIGKILL');
      }
    },
  );
});
