import { describe, expect, test } from 'vitest';
import type { ProcessSpec } from '../../../../src/core/container.ts';
import { completeEnvironment } from '../../../../src/engine/linux/plan/complete-environment.ts';
import {
  type CredentialsChoice,
  planCredentials,
} from '../../../../src/engine/linux/plan/plan-credentials.ts';
import { planExec } from '../../../../src/engine/linux/plan/plan-exec.ts';
import { planProcess } from '../../../../src/engine/linux/plan/plan-process.ts';
import { planRlimits } from '../../../../src/engine/linux/plan/plan-rlimits.ts';
import { noSlot, type Tape } from '../../../../src/engine/linux/tape/op.ts';
import { alice, indexOf, kindsOf, opsOf, process, root } from './plan-builders.ts';

const seccomp = { flags: 0, filter: new Uint8Array(8) };
const CHOWN_KILL = 0b100001n;
const SYS_ADMIN = 1n << 21n;

describe('credentials', () => {
  const choice: CredentialsChoice = {
    capabilities: ['CHOWN', 'KILL'],
    noNewPrivileges: true,
    user: root,
    seccomp,
    mayChangeGroups: true,
  };
  const sets = (tape: Tape): readonly (readonly [bigint, bigint, bigint])[] =>
    opsOf(tape, 'setCaps').map(({ effective, permitted, inheritable }) => [
      BigInt(effective),
      BigInt(permitted),
      BigInt(inheritable),
    ]);

  test('root has the declared set as bounding, permitted and effective, and inherits nothing', () => {
    const tape = planCredentials(choice);
    expect(opsOf(tape, 'boundCaps')[0]?.keep).toBe(CHOWN_KILL);
    expect(sets(tape)).toEqual([[CHOWN_KILL, CHOWN_KILL, 0n]]);
  });

  test('another user has it as bounding only, as in Docker', () => {
    const tape = planCredentials({ ...choice, user: alice });
    expect(opsOf(tape, 'boundCaps')[0]?.keep).toBe(CHOWN_KILL);
    expect(sets(tape)).toEqual([[0n, 0n, 0n]]);
    expect(opsOf(tape, 'setIds')).toEqual([{ kind: 'setIds', uid: 1000, gid: 1000 }]);
    expect(Buffer.from(opsOf(tape, 'setGroups')[0]?.gids ?? []).toString('hex')).toBe('e80300001b000000');
  });

  const orders: readonly (readonly [
    name: string,
    changes: Partial<CredentialsChoice>,
    kinds: readonly string[],
  ])[] = [
    [
      'with no_new_privs the filter is last',
      {},
      ['boundCaps', 'setGroups', 'setIds', 'setCaps', 'noNewPrivs', 'seccomp'],
    ],
    [
      'without it the filter needs CAP_SYS_ADMIN',
      { noNewPrivileges: false },
      ['boundCaps', 'setGroups', 'setIds', 'setCaps', 'seccomp', 'setCaps'],
    ],
    [
      'which another user keeps until then',
      { noNewPrivileges: false, user: alice },
      ['boundCaps', 'keepCaps', 'setGroups', 'setIds', 'setCaps', 'seccomp', 'setCaps', 'keepCaps'],
    ],
    [
      'unconfined',
      { seccomp: undefined, noNewPrivileges: false },
      ['boundCaps', 'setGroups', 'setIds', 'setCaps'],
    ],
    [
      'in single-id mode groups are left alone',
      { mayChangeGroups: false },
      ['boundCaps', 'setIds', 'setCaps', 'noNewPrivs', 'seccomp'],
    ],
  ];

  test.each(orders)('%s', (_, changes, kinds) => {
    expect(kindsOf(planCredentials({ ...choice, ...changes }))).toEqual(kinds);
  });

  test('what is kept for the filter is gone after it', () => {
    expect(sets(planCredentials({ ...choice, noNewPrivileges: false, user: alice }))).toEqual([
      [SYS_ADMIN, SYS_ADMIN, 0n],
      [0n, 0n, 0n],
    ]);
  });

  test('an unknown capability is named', () => {
    expect(() => planCredentials({ ...choice, capabilities: ['CHOWN', 'FLY'] })).toThrow(
      'there is no capability FLY',
    );
  });
});

describe('resource limits', () => {
  test('no core dumps unless asked for', () => {
    expect(planRlimits([])).toEqual([{ kind: 'rlimit', resource: 4, soft: 0n, hard: 0n }]);
    expect(planRlimits([{ name: 'core', soft: -1, hard: -1 }])).toEqual([
      { kind: 'rlimit', resource: 4, soft: 2n ** 64n - 1n, hard: 2n ** 64n - 1n },
    ]);
  });

  test.each([
    [{ name: 'files', soft: 1, hard: 1 }, 'there is no resource limit "files"'],
    [{ name: 'nofile', soft: -1, hard: 10 }, 'the soft limit of nofile (-1) is above its hard limit (10)'],
  ])('%o is refused', (limit, says) => {
    expect(() => planRlimits([limit])).toThrow(says);
  });
});

describe('the environment', () => {
  const facts = { hostname: 'web', home: '/root', tty: false };
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

  test.each([
    ['is completed', [], facts, [path, 'HOSTNAME=web', 'HOME=/root']],
    [
      'keeps what is given, even when empty',
      ['HOME=', 'PATH=/x', 'A=b=c'],
      facts,
      ['HOSTNAME=web', 'HOME=', 'PATH=/x', 'A=b=c'],
    ],
    ['knows of a terminal', [], { ...facts, tty: true }, [path, 'HOSTNAME=web', 'TERM=xterm', 'HOME=/root']],
  ])('%s', (_, given, known, expected) => {
    expect(completeEnvironment(given, known)).toEqual(expected);
  });
});

describe('the working directory', () => {
  const stdio = { stdin: 1, stdout: 2, stderr: 3, isTerminal: false };
  const plan = (changes: Partial<ProcessSpec>): Tape =>
    planProcess({
      process: { ...process, ...changes },
      user: root,
      hostname: 'web',
      seccomp,
      mappedIds: 65_536,
      init: false,
      stdio,
      scratch: 50,
    });

  test('is entered without following /proc’s magic links (CVE-2024-21626)', () => {
    const tape = plan({ workingDir: '/srv' });
    expect(kindsOf(tape).slice(0, 3)).toEqual(['open', 'chdirSlot', 'close']);
    expect(opsOf(tape, 'open')[0]).toMatchObject({ path: '/srv', resolve: 0x02 });
    expect(kindsOf(tape)).not.toContain('chdir');
  });

  test('a process without a program is refused', () => {
    expect(() => plan({ argv: [] })).toThrow(expect.objectContaining({ code: 'PROGRAM_NOT_FOUND' }));
  });

  test('the name of the program is left as it is: the launcher searches PATH', () => {
    expect(opsOf(plan({ argv: ['redis-server', '--port', '1'] }), 'exec')[0]).toMatchObject({
      path: 'redis-server',
      argv: ['redis-server', '--port', '1'],
    });
  });

  test('without init nobody reaps', () => {
    expect(kindsOf(plan({}))).not.toContain('reap');
  });
});

describe('exec in a running container', () => {
  const tape = planExec({
    process: { ...process, oomScoreAdj: 5, workingDir: '/srv/app' },
    user: alice,
    hostname: 'web',
    seccomp,
    mappedIds: 65_536,
    inheritedOomScoreAdj: 0,
    slots: {
      firstFree: 100,
      container: 7,
      stdio: { kind: 'pipes', stdout: 21, stderr: 22 },
      cgroupProcs: [30],
    },
  });

  test('nothing of the container is trusted before it is entered, and the process cannot be traced from then on', () => {
    const entered = indexOf(tape, 'setns', ({ kind }) => kind === 'setns');
    expect(opsOf(tape.slice(0, entered), 'open').map(({ dir, path }) => [dir, path])).toEqual([
      [noSlot, '/dev/null'],
    ]);
    expect(tape[entered - 1]).toEqual({ kind: 'dumpable', on: 0 });
    expect(opsOf(tape.slice(0, entered), 'writeSlot').map(({ slot }) => slot)).toEqual([30]);
  });

  test('every namespace but the pid namespace is entered: that one init had entered before it cloned', () => {
    const flags = BigInt(opsOf(tape, 'setns')[0]?.flags ?? 0);
    expect(flags & 0x2000_0000n).toBe(0n);
    expect(flags).toBe(0x1000_0000n | 0x2_0000n | 0x4000_0000n | 0x800_0000n | 0x400_0000n | 0x200_0000n);
  });

  test('the streams belong to the user, and the working directory is made within the root', () => {
    expect(opsOf(tape, 'chownSlot').map(({ slot, uid }) => [slot, uid])).toEqual([
      [21, 1000],
      [22, 1000],
    ]);
    expect(opsOf(tape, 'mkdir').map(({ path, dir }) => [path, dir === noSlot])).toEqual([
      ['srv', false],
      ['srv/app', false],
    ]);
  });
});
