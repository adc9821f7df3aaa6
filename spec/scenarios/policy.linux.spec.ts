import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../cli/mayfly-process.ts';
import { describeAsRoot } from '../requires.ts';

describeAsRoot(['userns', 'overlay', 'net', 'policies-stateful'], 'R12 a policy of an ordinary user', () => {
  const login = `mfpol${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'mayfly-policy-'));
  const home = join(folder, login);

  beforeAll(() => {
    chmodSync(folder, 0o755);
    execFileSync('useradd', ['--create-home', '--home-dir', home, '--user-group', login]);
    chmodSync(home, 0o711); // the user's own subordinate ids pass through
    copyFileSync(join(packageRoot, 'scenarios/policy.yaml'), join(folder, 'policy.yaml'));
  });
  afterAll(() => {
    execFileSync('userdel', ['--remove', login], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  });

  test('R12 the example holds without any right of root', () => {
    const asUser = ['--reuid', login, '--regid', login, '--init-groups'];
    const command = [
      process.execPath,
      join(packageRoot, 'dist/mayfly.js'),
      'test',
      join(folder, 'policy.yaml'),
    ];
    const { status, stdout, stderr } = spawnSync('setpriv', [...asUser, ...command], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: home },
      encoding: 'utf8',
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('nothing left behind');
  }, 120_000);
});
