import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeFailure, describeOp } from '../../../../src/engine/linux/tape/describe-op.ts';
import { errnoName, renderErrno } from '../../../../src/engine/linux/tape/errno.ts';
import { noSlot, type Op, type Tape } from '../../../../src/engine/linux/tape/op.ts';
import { renderOp, renderTape } from '../../../../src/engine/linux/tape/render.ts';
import { anyTape } from './any-op.ts';

interface Case {
  readonly op: Op;
  readonly line: string;
  readonly sentence: string;
}

const cases: readonly Case[] = [
  {
    op: { kind: 'mount', source: 'proc', target: '/proc', fsType: 'proc', flags: 0xe, data: '' },
    line: 'mount             source=proc target=/proc fsType=proc flags=MS_NOSUID|MS_NODEV|MS_NOEXEC data=""',
    sentence: 'mount proc on /proc',
  },
  {
    op: { kind: 'unshare', flags: 0x1002_0000 },
    line: 'unshare           flags=CLONE_NEWNS|CLONE_NEWUSER',
    sentence: 'make new namespaces (CLONE_NEWNS|CLONE_NEWUSER)',
  },
  {
    op: {
      kind: 'open',
      dir: noSlot,
      path: '/etc/my file',
      flags: 0o2000100,
      mode: 0o644,
      resolve: 0x10,
      into: 9,
    },
    line: 'open              dir=- path="/etc/my file" flags=O_CREAT|O_CLOEXEC mode=0644 resolve=RESOLVE_IN_ROOT into=s9',
    sentence: 'open /etc/my file',
  },
  {
    op: { kind: 'attachMount', mount: 7, dir: 3, path: 'var/lib' },
    line: 'attachMount       mount=s7 dir=s3 path=var/lib',
    sentence: 'attach a mount at /var/lib',
  },
  {
    op: { kind: 'seccomp', flags: 0, filter: new Uint8Array(16) },
    line: 'seccomp           flags=0 filter=2 instructions',
    sentence: 'load the seccomp filter',
  },
  {
    op: { kind: 'setGroups', gids: Uint8Array.of(5, 0, 0, 0, 0, 1, 0, 0) },
    line: 'setGroups         gids=[5 256]',
    sentence: 'set groups',
  },
  {
    op: { kind: 'setCaps', effective: 0x21n, permitted: 1n << 40n, inheritable: 0n },
    line: 'setCaps           effective={CHOWN KILL} permitted={CHECKPOINT_RESTORE} inheritable={}',
    sentence: 'set caps',
  },
  {
    op: { kind: 'rlimit', resource: 7, soft: 1024n, hard: 0xffff_ffff_ffff_ffffn },
    line: 'rlimit            resource=nofile soft=1024 hard=unlimited',
    sentence: 'set the limit nofile to 1024:18446744073709551615',
  },
  {
    op: { kind: 'writeFile', dir: 2, path: 'pids.max', data: Buffer.from('64') },
    line: 'writeFile         dir=s2 path=pids.max data=64',
    sentence: 'write file /pids.max',
  },
  {
    op: { kind: 'exec', path: 'sh', argv: ['sh', '-c', 'echo hi'], env: [] },
    line: 'exec              path=sh argv=[sh -c "echo hi"] env=[]',
    sentence: 'run sh',
  },
];

test.each(cases)('$op.kind is shown as one line, and described in words', ({ op, line, sentence }) => {
  expect({ line: renderOp(op), sentence: describeOp(op) }).toEqual({ line, sentence });
});

test('nested tapes are indented below theirs, and lines are numbered as errors number them', () => {
  const tape: Tape = [
    { kind: 'clone', flags: 0, process: 1, pidfd: 4, tape: [{ kind: 'await' }, { kind: 'reap' }] },
    { kind: 'release', process: 1 },
  ];
  expect(renderTape(tape)).toBe(
    [
      '0  clone             flags=0 process=1 pidfd=s4 tape=2 operations',
      '    0  await',
      '    1  reap',
      '1  release           process=1',
    ].join('\n'),
  );
});

test('every operation has one line and one sentence', () => {
  fc.assert(
    fc.property(anyTape(0), (tape) => {
      expect(tape.length === 0 || renderTape(tape).split('\n').length === tape.length).toBe(true);
      for (const op of tape) expect(describeOp(op)).not.toMatch(/undefined|\n$/);
    }),
  );
});

describe('errnos', () => {
  test('a failure names the operation and the errno', () => {
    expect(describeFailure({ kind: 'pivotRoot', slot: 3 }, 1)).toBe(
      'change the root directory: EPERM (the kernel does not allow it)',
    );
  });

  test.each([
    [2, 'ENOENT'],
    [11, 'EAGAIN'],
    [38, 'ENOSYS'],
    [95, 'EOPNOTSUPP'],
    [133, 'EHWPOISON'],
    [4095, 'errno 4095'],
  ])('%i is %s', (number, name) => {
    expect(errnoName(number)).toBe(name);
  });

  test('a rare one is only named', () => {
    expect(renderErrno(133)).toBe('EHWPOISON');
  });
});
