import { describe, expect, test } from 'vitest';
import { identityOf, type LockEntry, parseLock, renderLock } from '../../../src/cli/lock/lock-file.ts';

const entry: LockEntry = {
  debian: { suite: 'bookworm', packages: ['hello'] },
  platform: 'linux/amd64',
  packages: ['hello=2.10-3', 'libc6=2.36-9+deb12u10'],
};

describe('mayfly.lock', () => {
  test('is read as it was written', () => {
    const other = { ...entry, platform: 'linux/arm64' };
    const text = renderLock([other, entry]);
    expect(parseLock(text, 'mayfly.lock')).toEqual([entry, other]);
    expect(renderLock([entry, other])).toBe(text);
    expect(text).toMatch(/\n {8}"hello=2\.10-3",\n/);
  });

  test('knows the same words in another order', () => {
    const debian = { packages: ['hello'], suite: 'bookworm' };
    expect(identityOf({ ...entry, debian })).toBe(identityOf(entry));
    expect(identityOf({ ...entry, platform: 'linux/arm64' })).not.toBe(identityOf(entry));
  });

  test.each([
    ['{', 'mayfly.lock is no JSON'],
    ['[]', 'mayfly.lock is no lock of version 1'],
    ['{"version":2,"images":[]}', 'mayfly.lock is no lock of version 1'],
    [
      '{"version":1,"images":[{}]}',
      'mayfly.lock: image 1 is not { debian, platform, packages }, { registry, platform, id } or { source, path, platform, id }',
    ],
    [
      JSON.stringify({ version: 1, images: [entry, { ...entry, packages: ['a=1\nPin: release *'] }] }),
      'mayfly.lock: image 2 is not { debian, platform, packages }, { registry, platform, id } or { source, path, platform, id }',
    ],
  ])('%j is refused', (text, message) => {
    expect(() => parseLock(text, 'mayfly.lock')).toThrow(
      expect.objectContaining({ code: 'LOCK_INVALID', message }),
    );
  });
});
