import { describe, expect, test } from 'vitest';
import { i386Syscalls } from '../../../../src/engine/linux/seccomp/generated/syscalls-i386.ts';
import { x8664Syscalls } from '../../../../src/engine/linux/seccomp/generated/syscalls-x86-64.ts';
import { SeccompCompiler } from '../../../../src/engine/linux/seccomp/seccomp-compiler.ts';
import { runFilter } from './bpf-interpreter.ts';

const x8664 = 0xc000_003e;
const i386 = 0x4000_0003;
const ALLOW = 0x7fff_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;
const KILL = 0x8000_0000;

/** Docker's default set without NET_RAW. */
const usual = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
];
const CLONE_NEWUSER = 0x1000_0000n;
const threadFlags = 0x3d_0f00n;

interface Case {
  readonly call: string;
  readonly args?: readonly bigint[];
  readonly caps?: readonly string[];
  readonly answers: number;
}

const cases: readonly Case[] = [
  ...['read', 'openat', 'execve', 'futex', 'epoll_wait', 'statx', 'mseal', 'chroot'].map((call) => ({
    call,
    answers: ALLOW,
  })),
  // Sending as somebody else, whatever stands in the upper halves, which the kernel does not look at.
  { call: 'setsockopt', args: [3n, 41n, 78n], answers: EPERM },
  { call: 'setsockopt', args: [3n, 0n, 15n], answers: EPERM },
  { call: 'setsockopt', args: [3n, (1n << 32n) | 41n, (7n << 32n) | 78n], answers: EPERM },
  { call: 'setsockopt', args: [3n, 41n, 78n], caps: ['NET_RAW'], answers: ALLOW },
  ...[
    [41n, 15n],
    [0n, 78n],
    [1n, 15n],
    [6n, 1n],
  ].map(([level = 0n, option = 0n]) => ({ call: 'setsockopt', args: [3n, level, option], answers: ALLOW })),
  // isolation-checks.md, seccomp.denied
  ...[
    'mount',
    'umount2',
    'pivot_root',
    'unshare',
    'setns',
    'bpf',
    'keyctl',
    'add_key',
    'perf_event_open',
    'kexec_load',
  ].map((call) => ({ call, answers: EPERM })),
  ...[
    'init_module',
    'userfaultfd',
    'open_by_handle_at',
    'io_uring_setup',
    'swapon',
    'reboot',
    'settimeofday',
  ].map((call) => ({ call, answers: EPERM })),
  { call: 'clone', args: [threadFlags], answers: ALLOW },
  { call: 'clone', args: [CLONE_NEWUSER | 17n], answers: EPERM },
  { call: 'clone', args: [CLONE_NEWUSER | 17n], caps: [...usual, 'SYS_ADMIN'], answers: ALLOW },
  { call: 'clone3', answers: ENOSYS },
  { call: 'clone3', caps: [...usual, 'SYS_ADMIN'], answers: ALLOW },
  { call: 'mount', caps: ['SYS_ADMIN'], answers: ALLOW },
  { call: 'chroot', caps: [], answers: EPERM },
  { call: 'syslog', caps: ['SYSLOG'], answers: ALLOW },
  { call: 'socket', args: [2n], answers: ALLOW },
  { call: 'socket', args: [16n], answers: ALLOW },
  { call: 'socket', args: [38n], answers: EPERM },
  { call: 'socket', args: [40n], answers: EPERM },
  { call: 'socket', args: [2n | (1n << 32n)], answers: EPERM },
  { call: 'personality', args: [0xffff_ffffn], answers: ALLOW },
  { call: 'personality', args: [0x4_0000n], answers: EPERM },
  { call: 'ptrace', answers: ALLOW },
  { call: 'arch_prctl', answers: ALLOW },
];

const compiler = new SeccompCompiler({ arch: 'x64', kernelRelease: '6.18.44' });
const filterFor = (caps: readonly string[]): Uint8Array =>
  compiler.compile({ kind: 'default' }, caps)?.filter ?? new Uint8Array();

test.each(cases)('$call $args with $caps', ({ call, args = [], caps = usual, answers }) => {
  const data = { nr: x8664Syscalls[call] ?? -1, arch: x8664, args };
  expect(runFilter(filterFor(caps), data)).toBe(answers);
});

describe('other interfaces of the machine', () => {
  const filter = filterFor(usual);

  test('32-bit programs are filtered by their own numbers', () => {
    expect(runFilter(filter, { nr: i386Syscalls.read ?? -1, arch: i386, args: [] })).toBe(ALLOW);
    expect(runFilter(filter, { nr: i386Syscalls.mount ?? -1, arch: i386, args: [] })).toBe(EPERM);
    expect(runFilter(filter, { nr: i386Syscalls.clone ?? -1, arch: i386, args: [CLONE_NEWUSER] })).toBe(
      EPERM,
    );
  });

  test('x32 numbers are no way around the filter', () => {
    expect(runFilter(filter, { nr: (x8664Syscalls.mount ?? 0) | 0x4000_0000, arch: x8664, args: [] })).toBe(
      EPERM,
    );
    expect(runFilter(filter, { nr: (x8664Syscalls.read ?? 0) | 0x4000_0000, arch: x8664, args: [] })).toBe(
      ALLOW,
    );
  });

  test('an unknown architecture is ended', () => {
    expect(runFilter(filter, { nr: 0, arch: 0x4000_0028, args: [] })).toBe(KILL);
  });

  test('a call younger than the profile does not exist, so that programs fall back', () => {
    expect(runFilter(filter, { nr: 500, arch: x8664, args: [] })).toBe(ENOSYS);
    expect(runFilter(filter, { nr: 0xffff_ffff, arch: x8664, args: [] })).toBe(ENOSYS);
  });
});

test('unconfined is no program, and a profile is compiled once', () => {
  expect(compiler.compile({ kind: 'unconfined' }, usual)).toBeUndefined();
  expect(compiler.compile({ kind: 'default' }, usual)).toBe(
    compiler.compile({ kind: 'default' }, usual.toReversed()),
  );
});

test('the profile is filtered by its own capabilities, not by those of an earlier container', () => {
  expect(filterFor(usual)).not.toEqual(filterFor([...usual, 'SYS_ADMIN']));
});
