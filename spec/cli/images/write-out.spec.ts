import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeOut } from '../../../src/cli/images/write-out.ts';
import { testSurroundings } from '../test-surroundings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'write-out-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
async function* content(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('an ');
  yield Buffer.from('archive');
}
const write = (name: string): Promise<void> =>
  writeOut(content(), join(folder, name), testSurroundings(), signal);

test('a file is replaced whole, and nothing is left beside it', async () => {
  writeFileSync(join(folder, 'a.tar'), 'of before, and longer');
  await write('a.tar');
  expect(readFileSync(join(folder, 'a.tar'), 'utf8')).toBe('an archive');
  expect(readdirSync(folder)).toEqual(['a.tar']);
});

test.each([
  ['that is there', true],
  ['that is not there yet', false],
])('a link to a file %s stays a link', async (_, isThere) => {
  if (isThere) writeFileSync(join(folder, 'target'), 'of before');
  symlinkSync('target', join(folder, 'link'));
  await write('link');
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('an archive');
  expect(readdirSync(folder).sort()).toEqual(['link', 'target']);
});

test('what is no file stays what it is, also through a link', async () => {
  symlinkSync('/dev/null', join(folder, 'null'));
  await write('null');
  expect(lstatSync(join(folder, 'null')).isSymbolicLink()).toBe(true);
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const [read] = await Promise.all([
    import('node:fs/promises').then(({ readFile }) => readFile(join(folder, 'pipe'), 'utf8')),
    write('pipe'),
  ]);
  expect(read).toBe('an archive');
  expect(lstatSync(join(folder, 'pipe')).isFIFO()).toBe(true);
});

test('a folder, or a full device, is an error that names it', async () => {
  await expect(write('.')).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: expect.stringContaining('EISDIR'),
  });
  symlinkSync('/dev/full', join(folder, 'full'));
  await expect(write('full')).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: expect.stringContaining('ENOSPC'),
  });
});
