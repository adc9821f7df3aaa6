import { describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../../../src/core/container.ts';
import type { ContainerInput } from '../../../../src/engine/linux/plan/container-input.ts';
import { planContainer } from '../../../../src/engine/linux/plan/plan-container.ts';
import { encodeTape } from '../../../../src/engine/linux/tape/encode.ts';
import type { Op, Tape } from '../../../../src/engine/linux/tape/op.ts';
import { decodeTape } from '../tape/decode-tape.ts';
import { alice, indexOf, input, kindsOf, opsOf, spec } from './plan-builders.ts';

const plan = (changes: Partial<ContainerSpec>, more: Partial<ContainerInput> = {}): Tape =>
  planContainer({ ...input, ...more, spec: { ...spec, ...changes } });

const everything = plan(
  {
    domainname: 'example.test',
    rootfs: { ...spec.rootfs, readOnly: true },
    maskedPaths: ['/proc/kcore', '/sys/firmware', '/etc/secret'],
    readonlyPaths: ['/proc/sys'],
    sysctls: { 'kernel.shmmax': '1', 'net.core.somaxconn': '5' },
    process: { ...spec.process, workingDir: '/srv/app' },
  },
  { slots: { ...input.slots, cgroupProcs: [30] } },
);

describe('the order in which things can be done', () => {
  const at = (what: string, fits: (op: Op) => boolean): number => indexOf(everything, what, fits);
  const isKind = (kind: string) => (op: Op) => op.kind === kind;

  const before: readonly (readonly [
    first: string,
    (op: Op) => boolean,
    second: string,
    (op: Op) => boolean,
  ])[] = [
    ['await', isKind('await'), 'becoming root', isKind('setIds')],
    [
      'joining the cgroup',
      (op) => op.kind === 'writeSlot' && op.slot === 30,
      'the cgroup namespace',
      isKind('unshare'),
    ],
    [
      'private propagation',
      (op) => op.kind === 'mount' && op.target === '/',
      'the overlay',
      (op) => op.kind === 'mount' && op.fsType === 'overlay',
    ],
    [
      'sysctls',
      (op) => op.kind === 'writeFile' && op.path === 'sys/kernel/shmmax',
      'read-only /proc/sys',
      isKind('readonlyPath'),
    ],
    ['read-only paths', isKind('readonlyPath'), 'masked paths', isKind('maskPath')],
    [
      'mount points',
      (op) => op.kind === 'mkdir' && op.path === 'srv/app',
      'a read-only root',
      (op) => op.kind === 'setMountAttributes' && op.recursive === 0,
    ],
    ['masked paths', isKind('maskPath'), 'the new root', isKind('pivotRoot')],
    ['undumpable', isKind('dumpable'), 'the new root', isKind('pivotRoot')],
    ['the new root', isKind('pivotRoot'), 'the working directory', isKind('chdirSlot')],
    ['bounding set', isKind('boundCaps'), 'capabilities', isKind('setCaps')],
    ['capabilities', isKind('setCaps'), 'no_new_privs', isKind('noNewPrivs')],
    ['no_new_privs', isKind('noNewPrivs'), 'the filter', isKind('seccomp')],
    ['the filter', isKind('seccomp'), 'the reaper', isKind('reap')],
    ['the reaper', isKind('reap'), 'a session of its own', isKind('setsid')],
    ['a session of its own', isKind('setsid'), 'the program', isKind('exec')],
  ];

  const named = before.map(([first, isFirst, second, isSecond]) => ({
    name: `${first} comes before ${second}`,
    earlier: at(first, isFirst),
    later: at(second, isSecond),
  }));

  test.each(named)('$name', ({ earlier, later }) => {
    expect(earlier).toBeLessThan(later);
  });

  test('nothing comes after the program', () => {
    expect(everything.at(-1)?.kind).toBe('exec');
    expect(opsOf(everything, 'exec')).toHaveLength(1);
  });
});

describe('the root', () => {
  const overlay = (tape: Tape): string =>
    opsOf(tape, 'mount').find(({ fsType }) => fsType === 'overlay')?.data ?? '';

  const cases: readonly (readonly [name: string, tape: Tape, options: string])[] = [
    [
      'layers by short names, top first',
      plan({}),
      'lowerdir=0:1,upperdir=/upper/upper,workdir=/upper/work,userxattr',
    ],
    [
      'an upper that is a place in the sandbox',
      plan({}, { slots: { ...input.slots, upper: { kind: 'path', path: '/attic/a', type: 'directory' } } }),
      'lowerdir=0:1,upperdir=/attic/a/upper,workdir=/attic/a/work,userxattr',
    ],
    [
      'an image without layers',
      plan({ rootfs: { layers: [], readOnly: false } }),
      'lowerdir=/emptydir,upperdir=/upper/upper,workdir=/upper/work,userxattr',
    ],
  ];

  test.each(cases)('%s', (_, tape, options) => {
    expect(overlay(tape)).toBe(options);
  });

  test('too many layers are refused', () => {
    const layers = Array.from({ length: 501 }, () => ({ directory: 'l', diffId: 'd', sizeBytes: 0 }));
    expect(() => plan({ rootfs: { layers, readOnly: false } })).toThrow(
      expect.objectContaining({ code: 'IMAGE_LIMIT' }),
    );
  });

  test('only a read-only root is made so, and its /etc files with it', () => {
    const readOnly = (tape: Tape): number =>
      opsOf(tape, 'setMountAttributes').filter(({ set }) => BigInt(set) & 1n).length;
    const writable = readOnly(plan({}));
    expect(readOnly(plan({ rootfs: { ...spec.rootfs, readOnly: true } }))).toBe(writable + 4);
  });
});

test('masks in /proc and /sys start at those mounts, so that a link of the image cannot lead them astray', () => {
  const [proc, sys] = opsOf(everything, 'attachMount').filter(
    ({ path }) => path === 'proc' || path === 'sys',
  );
  const rootSlot = opsOf(everything, 'pivotRoot')[0]?.slot;
  expect(opsOf(everything, 'maskPath').map(({ dir, path }) => [dir, path])).toEqual([
    [proc?.mount, 'kcore'],
    [sys?.mount, 'firmware'],
    [rootSlot, 'etc/secret'],
  ]);
});

test('what covers a masked path is read-only, so that no two containers talk through it', () => {
  const [mask] = opsOf(everything, 'maskPath');
  const readOnly = opsOf(everything, 'setMountAttributes')
    .filter(({ set }) => BigInt(set) & 1n)
    .map(({ slot }) => slot);
  expect(readOnly).toEqual(expect.arrayContaining([mask?.emptyFile, mask?.emptyDirectory]));
});

test('everything but /dev’s own nodes is attached below the root by descriptor', () => {
  for (const { dir } of opsOf(everything, 'attachMount')) expect(dir).toBeLessThan(0xffff_ffff);
  expect(opsOf(everything, 'mount').map(({ target }) => target)).toEqual(['/', '/root']);
});

test('a guest of another container’s network gets a copy of /sys instead of a new one', () => {
  const guest = plan({}, { facts: { ...input.facts, ownsNetwork: false } });
  expect(opsOf(guest, 'newMount').map(({ fsType }) => fsType)).not.toContain('sysfs');
  expect(opsOf(plan({}), 'newMount').map(({ fsType }) => fsType)).toContain('sysfs');
});

test('with cgroup v2 the container sees its part of the tree, read-only', () => {
  const tape = plan({}, { facts: { ...input.facts, cgroup2: true } });
  expect(opsOf(tape, 'newMount').find(({ fsType }) => fsType === 'cgroup2')?.attributes).toBe(0xf);
});

test('in single-id mode nothing names a group that is not mapped', () => {
  const tape = plan({}, { facts: { ...input.facts, mappedIds: 1 } });
  expect(kindsOf(tape)).not.toContain('setGroups');
  expect(
    opsOf(tape, 'newMount')
      .find(({ fsType }) => fsType === 'devpts')
      ?.options.join(),
  ).not.toContain('gid=');
});

test('a user that has no id here is refused before anything is done', () => {
  const facts = { ...input.facts, mappedIds: 1 };
  expect(() => plan({}, { facts, user: alice })).toThrow(
    expect.objectContaining({
      code: 'HOST_MISSING_FEATURE',
      message:
        'web runs as user 1000, group 1000, but without subordinate ids (subids) only root exists in a container',
    }),
  );
});

test('the score of the out-of-memory killer is written only where it differs, as it may not be lowered', () => {
  const written = (score: number): readonly string[] =>
    opsOf(plan({ process: { ...spec.process, oomScoreAdj: score } }), 'writeFile').map(({ path }) => path);
  expect(written(0)).not.toContain('self/oom_score_adj');
  expect(written(100)).toContain('self/oom_score_adj');
});

test('a sysctl of the whole machine is refused', () => {
  expect(() => plan({ sysctls: { 'vm.swappiness': '1' } })).toThrow(
    expect.objectContaining({ code: 'SCENARIO_WRONG_VALUE' }),
  );
});

describe('standard streams', () => {
  const dups = (tape: Tape): readonly number[] => opsOf(tape, 'dupTo').map(({ slot }) => slot);

  test('without input, the process reads from the container’s own null device', () => {
    const tape = plan({});
    const [input0] = dups(tape);
    expect(opsOf(tape, 'open').find(({ into }) => into === input0)?.path).toBe('null');
    expect(dups(tape).slice(1)).toEqual([21, 22]);
  });

  test('with input, the pipe is it', () => {
    expect(
      dups(
        plan({}, { slots: { ...input.slots, stdio: { kind: 'pipes', stdin: 20, stdout: 21, stderr: 22 } } }),
      ),
    ).toEqual([20, 21, 22]);
  });

  test('a terminal is made inside the container, shown as /dev/console, and all three streams', () => {
    const tape = plan({}, { slots: { ...input.slots, stdio: { kind: 'terminal', stream: 5, process: 9 } } });
    const [terminal] = opsOf(tape, 'newTerminal');
    expect(dups(tape)).toEqual([terminal?.peer, terminal?.peer, terminal?.peer]);
    expect(opsOf(tape, 'offerPump')).toEqual([
      { kind: 'offerPump', slot: terminal?.master, stream: 5, mode: 3, process: 9 },
    ]);
    expect(opsOf(tape, 'attachMount').map(({ path }) => path)).toContain('console');
    expect(indexOf(tape, 'terminal', (op) => op.kind === 'newTerminal')).toBeGreaterThan(
      indexOf(tape, 'pivot', (op) => op.kind === 'pivotRoot'),
    );
    expect(opsOf(tape, 'controllingTerminal')[0]?.slot).toBe(terminal?.peer);
  });
});

test('the tape can be sent as it is', () => {
  expect(decodeTape(encodeTape(everything)).map(({ kind }) => kind)).toEqual(kindsOf(everything));
});

test('the same input gives the same tape', () => {
  expect(planContainer(input)).toEqual(planContainer(input));
});
