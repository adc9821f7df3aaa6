import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderLock } from '../../../src/cli/lock/lock-file.ts';
import { readLock } from '../../../src/cli/lock/read-lock.ts';

const entry = { debian: { suite: 'bookworm' }, platform: 'linux/amd64', packages: ['hello=2.10-3'] };

describe('mayfly.lock on disk', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    path = join(folder, 'mayfly.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const refused = (message: string) => expect.objectContaining({ code: 'LOCK_INVALID', message });

  test('is read', () => {
    writeFileSync(path, renderLock([entry]));
    expect(readLock(folder)).toEqual([entry]);
  });

  test('need not be there', () => expect(readLock(folder)).toEqual([]));

  test('is a file: neither a directory nor a FIFO is read', () => {
    mkdirSync(path);
    expect(() => readLock(folder)).toThrow(refused(`${path} is no file`));
    rmSync(path, { recursive: true });
    execFileSync('mkfifo', [path]);
    expect(() => readLock(folder)).toThrow(refused(`${path} is no file`));
  });

  test('has a limit, which is named', () => {
    writeFileSync(path, renderLock([entry]));
    truncateSync(path, 2 ** 22 + 1);
    expect(() => readLock(folder)).toThrow(
      refused(`${path} has 4194305 bytes; the limit \`lockFileBytes\` is 4194304`),
    );
  });
});
