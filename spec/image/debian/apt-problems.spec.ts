import { describe, expect, test } from 'vitest';
import { parseAptProblems } from '../../../src/image/debian/apt-problems.ts';

describe('what apt complains of', () => {
  test.each([
    [
      "E: The repository 'http://mirror.example/debian nonesuch Release' does not have a Release file.",
      { kind: 'no-suite', uri: 'http://mirror.example/debian', suite: 'nonesuch' },
    ],
    [
      "W: Skipping acquire of configured file 'mane/binary-amd64/Packages' as repository 'http://mirror.example/debian bookworm InRelease' doesn't have the component 'mane' (component misspelt in sources.list?)",
      { kind: 'no-component', component: 'mane', suite: 'bookworm' },
    ],
    ['E: Unable to locate package helo', { kind: 'no-package', name: 'helo' }],
    ["E: Package 'awk' has no installation candidate", { kind: 'no-package', name: 'awk' }],
    ["E: Version '9' for 'hello' was not found", { kind: 'no-version', name: 'hello', version: '9' }],
    ["E: Couldn't find any package by regex 'g++-99'", { kind: 'no-package', name: 'g++-99' }],
    [
      'W: GPG error: http://mirror.example bookworm InRelease: NO_PUBKEY 0E98404D386FA1D9',
      {
        kind: 'signature',
        what: 'GPG error: http://mirror.example bookworm InRelease: NO_PUBKEY 0E98404D386FA1D9',
      },
    ],
    [
      'E: Release file for http://mirror.example/InRelease is expired (invalid since 3d).',
      {
        kind: 'expired',
        what: 'Release file for http://mirror.example/InRelease is expired (invalid since 3d).',
      },
    ],
    [
      'E: Failed to fetch http://mirror.example/x.deb  No space left on device',
      { kind: 'disk-full', what: 'Failed to fetch http://mirror.example/x.deb  No space left on device' },
    ],
    [
      "E: Failed to fetch http://mirror.example/InRelease  Temporary failure resolving 'mirror.example'",
      {
        kind: 'unreachable',
        what: "Failed to fetch http://mirror.example/InRelease  Temporary failure resolving 'mirror.example'",
      },
    ],
    ['E: Something new', { kind: 'other', what: 'Something new' }],
  ])('%s', (line, problem) => expect(parseAptProblems([line])).toEqual([problem]));

  test('mere warnings and other lines are none', () => {
    expect(parseAptProblems(['W: Target is configured twice', 'Reading package lists...', ''])).toEqual([]);
  });
});
