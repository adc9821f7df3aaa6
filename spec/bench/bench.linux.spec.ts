import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../cli/mayfly-process.ts';
import { describeAsRoot } from '../requires.ts';

function bench(program: string, ...args: readonly string[]) {
  return spawnSync('node', [join(packageRoot, 'bench', program), ...args], {
    encoding: 'utf8',
    env: { ...process.env, MAYFLY_KILLS: '0' },
  });
}

const rows = [
  ...['start', 'exec', 'hundred', 'services', 'hello-world', 'five-hundredth', 'idle-memory'],
  ...['steps', 'validation', 'runner-memory'],
];
const few = ['--containers', '4', '--steps', '5', '--services', '3', '--files', '7'];
const ours = [
  'start to exit of `true`',
  '`exec` of `true`',
  '4 containers, 4 at a time',
  'three services, a name, a request, teardown: whole process',
  'whole process `mayfly test scenarios/hello-world.yaml`',
  'start of container 20 while the others run',
  'memory (PSS) of ours per idle container, of 4',
  'of these: plan to all ready',
  'a step of `run: [true]`, of 5',
  'whole process `mayfly validate` of 7 files',
  'memory of the runner with 3 services',
];

/** That they run and print what they promise; the figures of one round on a busy machine mean nothing. */
describeAsRoot(['userns', 'overlay', 'net'], 'the benchmarks', () => {
  test('measure every row, with peers that are missing named as skipped', () => {
    const { stdout, stderr, status } = bench(
      'run.mjs',
      ...['--rounds', '1', ...few, '--only', rows.join(',')],
    );
    expect([0, 1], stdout + stderr).toContain(status);
    expect(stdout).toMatch(/^what +ours +peer +ratio +bar +ok$/m);
    for (const row of ours) {
      const line = stdout.split('\n').find((each) => each.startsWith(row));
      expect(line, stdout + stderr).toMatch(/\d ms|\d kB|\d MB/);
    }
    expect(stdout).toMatch(/floor [\d.]+ ms\* +\d+\.\d\dx +1\.5x +(yes|NO)/);
    expect(stdout).toMatch(/podman \d+ ms\* +\d+\.\d\dx +0\.4x|podman .*skipped: \S/);
    expect(stdout).toContain('contains Node’s own spawn');
  }, 120_000);

  test('refuse an argument they do not know, with their usage', () => {
    const { stderr, status } = bench('run.mjs', '--onyl', 'start');
    expect([status, stderr]).toEqual([2, expect.stringContaining('--only ROWS')]);
  });

  test('soak: a process that opens sandboxes and runs scenarios leaves nothing and does not grow', () => {
    const { stdout, stderr, status } = bench('soak.mjs', '1s');
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^\d+ rounds of .* scenarios: (\d+) descriptors, .* before, \1 descriptors, .* after$/m,
    );
    expect(stdout).toContain('census: nothing is left');
    expect(status).toBe(0);
  }, 120_000);

  test('soak refuses a time it does not understand', () => {
    const { stderr, status } = bench('soak.mjs', '5');
    expect([status, stderr]).toEqual([2, expect.stringContaining('soak [TIME]')]);
  });
});
