import { expect, test } from 'vitest';
import { parseModeChange } from '../../../../src/image/build/copy/parse-mode.ts';

/** Against chmod(1). */
test.each([
  ['755', 0o644, false, 0o755],
  ['4755', 0o644, false, 0o4755],
  ['u=rwX,go=rX', 0o600, false, 0o644],
  ['u=rwX,go=rX', 0o700, false, 0o755],
  ['u=rwX,go=rX', 0o600, true, 0o755],
  ['a+x', 0o644, false, 0o755],
  ['+x', 0o644, false, 0o755],
  ['go-rwx', 0o777, false, 0o700],
  ['u+s,g+s', 0o755, false, 0o6755],
  ['a=rwx,+t', 0o600, true, 0o1777],
  ['u=rw+x', 0o644, false, 0o744],
])('%s of %s', (text, before, isDirectory, after) => {
  expect(parseModeChange(text)(before, isDirectory).toString(8)).toBe(after.toString(8));
});

test.each(['8', '77777', 'u=z', 'x', ''])('%j is a mistake', (text) => {
  expect(() => parseModeChange(text)).toThrow('no mode');
});
