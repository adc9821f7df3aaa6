import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Screen } from '../report/screen.ts';
import { describeRequiring } from '../requires.ts';
import { MayflyBench, packageRoot, program, RunningMayfly } from './mayfly-process.ts';

const bench = new MayflyBench();
afterAll(() => bench.remove());

test('a pipe gets everything, although it takes no more than its reader', () => {
  const line = `node ${program} schema | cat`;
  const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
  expect(stdout).toBe(readFileSync(join(packageRoot, 'schema/scenario.schema.json'), 'utf8'));
});

test('a reader that goes away is no error', () => {
  const { stdout, stderr } = spawnSync('sh', ['-c', `node ${program} schema | head -1`], {
    encoding: 'utf8',
  });
  expect([stdout, stderr]).toEqual(['{\n', '']);
});

const hasScript = spawnSync('script', ['--version']).status === 0;
const columns = 90;

/** The command on a terminal of its own; what it shows is in `out`. Keys go to standard input. */
function startOnTerminal(args: readonly string[]): {
  readonly running: RunningMayfly;
  readonly press: (keys: string) => void;
} {
  const line = `stty cols ${columns} rows 24; exec node ${program} ${args.join(' ')}`;
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: bench.folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: bench.folder, TERM: 'xterm', ...bench.places },
  });
  return { running: new RunningMayfly(child), press: (keys) => child.stdin.write(keys) };
}

function screenOf(text: string): readonly string[] {
  const screen = new Screen(columns);
  screen.write(text);
  return screen.lines;
}

describe.skipIf(!hasScript)(`on a terminal${hasScript ? '' : ' (needs script)'}`, () => {
  describeRequiring(['userns', 'overlay', 'net'], 'mayfly test', () => {
    test('shows a live view, and in its place the table in colour', async () => {
      const { running } = startOnTerminal(['test', join(packageRoot, 'scenarios/hello-world.yaml')]);
      const { status, out } = await running.ended;
      expect(status).toBe(0);
      expect(out).toContain('\x1b[32m✓ passed');
      expect(out).toMatch(/\x1b\[\dA\r\x1b\[J/);
      expect(screenOf(out)).toEqual([
        expect.stringMatching(/^outcome +scenario +steps +services +time +left behind$/),
        expect.stringMatching(/^─+$/),
        expect.stringMatching(/^✓ passed +hello-world +1 +0 +.* nothing$/),
        '',
        expect.stringMatching(/^1 scenario: 1 passed · 1 step · .* · nothing left behind$/),
        '',
      ]);
    });

    test('R30 Ctrl-C tears down cleanly: the terminal sends it to the whole process group', async () => {
      bench.write(
        'long.yaml',
        'name: long\nimages: { tools: { host: [sh, sleep] } }\nservices: { a: { image: tools, command: [sleep, infinity] } }\nsteps: [{ name: wait, in: a, run: sleep 1000 }]\n',
      );
      const { running, press } = startOnTerminal(['test', 'long.yaml']);
      await running.shows(/step 1\/1 · wait/);
      press('\x03');
      const { status, out } = await running.ended;
      expect(status).toBe(130);
      const lines = screenOf(out.replace('^C', ''));
      expect(lines).toContain('SIGINT: tearing down; once more ends at once');
      expect(lines).toContainEqual(expect.stringMatching(/^! errored +long .* nothing$/));
    });
  });
});
