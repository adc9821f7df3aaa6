import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readBuildRequest } from '../../../src/image/build/read-build-request.ts';

let folder: string;
let context: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mayfly-request-'));
  await writeFile(join(folder, 'outside'), 'a secret');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  count += 1;
  context = join(folder, `context${count}`);
  await mkdir(context);
});

const reading = (options: { readonly dockerfile?: string } = {}) =>
  readBuildRequest({ context, ...options }, {});

describe.each(['Dockerfile', '.dockerignore', 'Dockerfile.dockerignore'])('%s of a context', (name) => {
  const path = (): string => join(context, name);
  beforeEach(async () => {
    if (name !== 'Dockerfile') await writeFile(join(context, 'Dockerfile'), 'FROM scratch\n');
  });

  test('a link out of it is not followed', async () => {
    await symlink('../outside', path());
    expect(() => reading()).toThrow('leads out of the context');
  });

  test('a link within it is', async () => {
    await writeFile(join(context, 'real'), 'FROM x\n');
    await symlink('real', path());
    const { dockerfileText, ignoreText } = reading();
    expect(name === 'Dockerfile' ? dockerfileText : ignoreText).toBe('FROM x\n');
  });

  test('a pipe is not waited for', () => {
    execFileSync('mkfifo', [path()]);
    expect(() => reading()).toThrow('is not a regular file');
  });

  test('one that is too large is not read', async () => {
    await writeFile(path(), ' '.repeat(2 ** 20 + 1));
    expect(() => reading()).toThrow('is larger than 1048576 bytes');
  });

  test('one that is not UTF-8', async () => {
    await writeFile(path(), Buffer.from([0x46, 0xff]));
    expect(() => reading()).toThrow('is not UTF-8');
  });
});

test('a Dockerfile of the context is bound to it also where it is named, one elsewhere is not', async () => {
  await symlink('../outside', join(context, 'other'));
  expect(() => reading({ dockerfile: 'other' })).toThrow('leads out of the context');
  expect(reading({ dockerfile: '../outside' }).dockerfileText).toBe('a secret');
});
