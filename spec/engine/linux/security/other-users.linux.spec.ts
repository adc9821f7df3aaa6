import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeAsRoot } from '../../../requires.ts';
import { layOut, runEngineScript } from './run-engine-script.ts';
import { compileAttack, resultsIn, sealed } from './security-kit.ts';

const tools = mkdtempSync(join(tmpdir(), 'mayfly-tools-'));
const attack = compileAttack(tools);
execFileSync('chmod', ['-R', 'a+rX', tools]);
const programs = ['sh', 'sleep', 'cat', 'true', attack];
afterAll(() => rmSync(tools, { recursive: true, force: true }));

/** In /etc/passwd of every Linux, without subordinate ids. */
const nobody = 65_534;
/** Made for this file; useradd gives him subordinate ids. */
const login = `mftest${process.pid}`;

const places: string[] = [];
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true, force: true });
});

async function placeFor(uid?: number): Promise<string> {
  const place = await layOut(uid);
  places.push(place);
  return place;
}

describeAsRoot(['userns', 'overlay'], 'descriptors that Node inherited', () => {
  test('reach neither the container nor an exec', async () => {
    const secret = join(tools, 'secret');
    writeFileSync(secret, 'sesame');
    const fds = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map(() =>
      openSync(secret, 'r'),
    );
    try {
      const commands = [{ argv: [attack, 'descriptors'] }, { argv: ['sh', '-c', 'ls /proc/1/fd || true'] }];
      const { outputs } = await runEngineScript(
        await placeFor(),
        { programs: [...programs, 'ls'], commands, sealed },
        { inherited: fds },
      );
      expect(outputs[0]).toBe('0 1 2 \n');
      expect(outputs[1]).toBeOneOf(['', '3\n']);
    } finally {
      for (const fd of fds) closeSync(fd);
    }
  });
});

describeAsRoot(['userns', 'overlay'], 'the sandbox of an ordinary user', () => {
  let uid = 0;
  beforeAll(() => {
    execFileSync('useradd', ['--create-home', '--user-group', login]);
    uid = Number(execFileSync('id', ['-u', login], { encoding: 'utf8' }));
  });
  afterAll(() => {
    execFileSync('userdel', ['--remove', login], { stdio: 'ignore' });
  });

  test.each([
    { who: 'with subordinate ids', mode: 'subids', uidOf: () => uid },
    { who: 'without subordinate ids, as nobody', mode: 'single-id', uidOf: () => nobody },
  ])('holds $who', async ({ mode, uidOf }) => {
    const commands = [
      { argv: [attack, 'process', '1'] },
      { argv: [attack, 'descriptors'] },
      { argv: [attack, 'calls'] },
      { argv: ['cat', '/proc/self/status'] },
      { argv: ['cat', '/proc/self/mountinfo'] },
      {
        argv: [
          attack,
          'write',
          '/proc/sys/kernel/core_pattern',
          '/proc/sysrq-trigger',
          '/sys/kernel/uevent_helper',
        ],
      },
    ];
    const report = await runEngineScript(
      await placeFor(uidOf()),
      { programs, commands, sealed },
      { uid: uidOf() },
    );
    expect(report.mode).toBe(mode);
    const [onInit = '', descriptors, calls = '', status, mounts, writes = ''] = report.outputs;
    const { 'kill-9': mayAsk, ...refused } = resultsIn(onInit);
    expect(mayAsk).toBe('ok');
    expect(Object.values(refused)).not.toContain('ok');
    expect(descriptors).toBe('0 1 2 \n');
    const made = Object.entries(resultsIn(calls)).filter(([, result]) => result === 'ok');
    expect(made).toEqual([]);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(status).toMatch(/^CapAmb:\t0+$/m);
    expect(mounts).not.toContain('mayfly-script');
    expect(Object.values(resultsIn(writes))).not.toContain('ok');
    expect(report.leaks).toEqual([]);
  });
});
