import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MayflyBench, packageRoot } from '../cli/mayfly-process.ts';
import { describeRequiring } from '../requires.ts';

const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text = '']) =>
    name === language ? [text] : [],
  );
const commands = blocks('sh').flatMap((text) => text.split('\n').filter((line) => line !== ''));

/** What .ci/run does itself, before any test. */
const ranBefore = ['npm ci'];

const bench = new MayflyBench();
afterAll(() => bench.remove());

beforeAll(() => {
  for (const name of ['package.json', 'scenarios', 'schema'])
    cpSync(join(packageRoot, name), join(bench.folder, name), { recursive: true });
  for (const name of ['dist', 'node_modules']) symlinkSync(join(packageRoot, name), join(bench.folder, name));
});

function run(line: string): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd: bench.folder,
    encoding: 'utf8',
    env: { ...process.env, ...bench.places },
  });
  return { status, out: stdout + stderr };
}

describe('README.md', () => {
  test('is under two screens', () => expect(readme.split('\n').length).toBeLessThan(100));

  test('begins with two commands', () => expect(commands.slice(0, 2)).toEqual(['npm ci', 'npm start']));

  test.each(ranBefore)('`%s` is what CI does first', (line) => {
    expect(readFileSync(join(packageRoot, '.ci/run'), 'utf8')).toContain(`\n${line} && npm test\n`);
    expect(readme).toContain('`npm ci && npm test`');
    expect(commands).toContain(line);
  });

  test('every link leads to something', () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((target) => !existsSync(join(packageRoot, target)))).toEqual([]);
  });
});

describeRequiring(['userns', 'overlay', 'net'], 'README.md', () => {
  test.each(commands.filter((line) => !ranBefore.includes(line)))('`%s` works', (line) => {
    const { status, out } = run(line);
    expect(status, out).toBe(0);
  });

  test('the output it shows is that of `npm start`, but for times', () => {
    const [shown = ''] = blocks('');
    const names = [...shown.matchAll(/^✓ passed +(\S+) +(\d+) +(\d+)/gm)].map(([, ...cells]) => cells);
    const real = [...run('npm start').out.matchAll(/^[✓○] \w+ +(\S+) +(\d+|–) +(\d+|–)/gm)].map(
      ([, ...cells]) => cells,
    );
    expect(names.map(([name]) => name)).toEqual(real.map(([name]) => name));
    expect(names.filter(([name]) => name !== 'limits-of-control-groups')).toEqual(
      real.filter(([name]) => name !== 'limits-of-control-groups'),
    );
  });

  test('its first scenario passes', () => {
    bench.write('first.yaml', blocks('yaml')[0] ?? '');
    const { status, out } = run('node dist/mayfly.js test first.yaml');
    expect(status, out).toBe(0);
  });
});
