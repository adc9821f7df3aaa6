import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkMapped } from '../../../../src/engine/linux/plan/check-mapped.ts';
import { type ResolvedUser, resolveUser } from '../../../../src/engine/linux/plan/resolve-user.ts';

const passwd = `root:x:0:0:root:/root:/bin/sh
# a comment
broken
alice:x:1000:1000:Alice:/home/alice:/bin/sh
nohome:x:1001:50::
7:x:1007:7::/seven:/bin/sh
bad:x:minus:1::/x:/bin/sh
huge:x:4294967295:1::/x:/bin/sh
`;
const group = `root:x:0:
wheel:x:10:root,alice
docker:x:999:alice , bob
staff:x:50:
:x:5:alice
nonsense
audio:x:29:alice`;

const user = (uid: number, gid: number, groups: readonly number[], home: string): ResolvedUser => ({
  uid,
  gid,
  groups,
  home,
});

interface Case {
  readonly written: string;
  readonly add?: readonly string[];
  readonly is: ResolvedUser;
}

const cases: readonly Case[] = [
  { written: '', is: user(0, 0, [0, 10], '/root') },
  { written: 'root', is: user(0, 0, [0, 10], '/root') },
  { written: 'alice', is: user(1000, 1000, [1000, 10, 29], '/home/alice') },
  { written: '1000', is: user(1000, 1000, [1000, 10, 29], '/home/alice') },
  { written: 'alice:', is: user(1000, 1000, [1000, 10, 29], '/home/alice') },
  { written: 'alice:staff', is: user(1000, 50, [50], '/home/alice') },
  { written: 'alice:77', is: user(1000, 77, [77], '/home/alice') },
  { written: 'nohome', is: user(1001, 50, [50], '/') },
  { written: '4242', is: user(4242, 0, [0], '/') },
  { written: '4242:staff', is: user(4242, 50, [50], '/') },
  { written: ':staff', is: user(0, 50, [50], '/root') },
  // A name of digits is a name first, as in Docker: whichever entry comes first.
  { written: '7', is: user(1007, 7, [7], '/seven') },
  {
    written: 'alice',
    add: ['staff', '1234', 'wheel'],
    is: user(1000, 1000, [1000, 10, 29, 50, 1234], '/home/alice'),
  },
];

test.each(cases)('"$written" with $add', ({ written, add = [], is }) => {
  expect(resolveUser(written, add, { passwd, group })).toEqual(is);
});

test.each([
  ['carol', [], 'no user "carol"'],
  ['bad', [], 'no user "bad"'],
  ['huge', [], 'no user "huge"'],
  ['4294967295', [], 'no user "4294967295"'],
  ['-1', [], 'no user "-1"'],
  ['alice:nobody', [], 'no group "nobody"'],
  ['alice', ['nobody'], 'no group "nobody"'],
])('%s with %o is not found', (written, add, says) => {
  expect(() => resolveUser(written, add, { passwd, group })).toThrow(
    expect.objectContaining({ code: 'USER_NOT_FOUND', message: expect.stringContaining(says) }),
  );
});

test('an image without any database has root and numbers', () => {
  const nothing = { passwd: '', group: '' };
  expect(resolveUser('', [], nothing)).toEqual(user(0, 0, [0], '/'));
  expect(resolveUser('5:6', ['7'], nothing)).toEqual(user(5, 6, [6, 7], '/'));
});

test('no passwd or group, however broken, gives an id that the kernel would not take', () => {
  const anyDatabase = fc.string({ unit: fc.constantFrom('a', ':', '\n', '0', '9', ',', 'x', '\0', 'é') });
  fc.assert(
    fc.property(anyDatabase, anyDatabase, (brokenPasswd, brokenGroup) => {
      const { uid, gid, groups } = resolveUser('0', [], { passwd: brokenPasswd, group: brokenGroup });
      for (const id of [uid, gid, ...groups])
        expect(id >= 0 && id < 2 ** 31 && Number.isInteger(id)).toBe(true);
    }),
  );
});

describe('ids that the host cannot give', () => {
  const cases: readonly (readonly [
    name: string,
    user: ResolvedUser,
    add: readonly string[],
    mapped: number,
    code: string | undefined,
  ])[] = [
    ['any id in a full range', user(65_535, 1, [1], '/'), [], 65_536, undefined],
    ['an id above it', user(65_536, 1, [1], '/'), [], 65_536, 'SCENARIO_WRONG_VALUE'],
    ['a group above it', user(1, 1, [1, 70_000], '/'), ['70000'], 65_536, 'SCENARIO_WRONG_VALUE'],
    ['root with a single id', user(0, 0, [0, 10], '/'), [], 1, undefined],
    ['another user with a single id', user(33, 33, [33], '/'), [], 1, 'HOST_MISSING_FEATURE'],
    ['another group with a single id', user(0, 5, [5], '/'), [], 1, 'HOST_MISSING_FEATURE'],
    ['added groups with a single id', user(0, 0, [0, 5], '/'), ['tty'], 1, 'HOST_MISSING_FEATURE'],
  ];

  test.each(cases)('%s', (_, who, add, mapped, code) => {
    const check = (): void => checkMapped(who, add, mapped, 'db');
    if (code === undefined) expect(check).not.toThrow();
    else
      expect(check).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining('db runs as user') }),
      );
  });
});
