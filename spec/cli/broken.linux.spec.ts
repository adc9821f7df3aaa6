import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Problem } from '../../src/core/event.ts';
import type { Summary } from '../../src/report/summary.ts';
import { describeAsRoot } from '../requires.ts';
import { MayflyBench } from './mayfly-process.ts';

const directory = join(import.meta.dirname, 'broken');
const names = readdirSync(directory).flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []);
const bench = new MayflyBench();
afterAll(() => bench.remove());

/** An ELF header of another machine (e_machine 0xf3, RISC-V), 64 bit, little-endian. */
const foreign = Buffer.concat([
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xf3, 0, 1, 0, 0, 0]),
  Buffer.alloc(104),
]);

/** A root file system of programs that cannot run: `rootfs: ./app`. */
function writeApp(): void {
  const app = join(bench.folder, 'broken/app');
  bench.write('broken/app/script', '#!/usr/bin/python9\n');
  writeFileSync(join(app, 'foreign'), foreign, { mode: 0o755 });
  copyFileSync('/bin/true', join(app, 'dynamic')); // its loader stays behind
  writeFileSync(join(app, 'plain'), 'x', { mode: 0o644 });
  bench.chmod('broken/app/script', 0o755);
}

/** A program with its loader and its C library, and without the other libraries it needs: `rootfs: ./linked`. */
function writeLinked(): void {
  const program = '/bin/ls';
  const folder = join(bench.folder, 'broken/linked');
  const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  const there = libraries.filter((path) => /\/(?:ld-linux[^/]*|libc)\.so\.\d+$/.test(path));
  for (const [from, to] of [[program, '/ls'] as const, ...there.map((path) => [path, path] as const)]) {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    copyFileSync(from, join(folder, to));
  }
}

/** As a user reads it: the message, and where. */
function renderProblem({ code, message, at }: Problem): string {
  const place = at === undefined ? '' : `\n --> ${at.file.replace(/^.*\//, '')}:${at.line}:${at.column}`;
  return `error[${code}]: ${message}${place}`;
}

const messages = new Map<string, string>();

describeAsRoot(
  ['userns', 'overlay', 'net'],
  'what is broken says why, with the evidence (UPDATE_GOLDEN=1 rewrites)',
  () => {
    beforeAll(async () => {
      cpSync(directory, join(bench.folder, 'broken'), { recursive: true });
      writeApp();
      writeLinked();
      const { out, err } = await bench.run(['test', 'broken', '--jobs', '4', '--report', 'json']);
      if (!out.startsWith('{')) throw new Error(err);
      const { scenarios } = JSON.parse(out) as Summary;
      for (const { name, outcome, attempts } of scenarios) {
        const [attempt] = attempts;
        const problems = [
          ...(attempt?.steps.flatMap((step) => step.problems) ?? []),
          ...(attempt?.problems ?? []),
        ];
        messages.set(name, `${[outcome, ...problems.map(renderProblem)].join('\n')}\n`);
      }
    }, 120_000);

    test.each(names)('%s', (name) => {
      const golden = join(directory, `${name}.golden.txt`);
      const text = messages.get(name);
      if (process.env.UPDATE_GOLDEN === '1' && text !== undefined) writeFileSync(golden, text);
      expect(text).toBe(existsSync(golden) ? readFileSync(golden, 'utf8') : '(none yet)');
    });
  },
);
