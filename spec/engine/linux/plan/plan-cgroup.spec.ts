import { describe, expect, test } from 'vitest';
import type { ResourceLimits } from '../../../../src/core/container.ts';
import type { CgroupFacts } from '../../../../src/engine/linux/plan/cgroup-facts.ts';
import { planCgroup } from '../../../../src/engine/linux/plan/plan-cgroup.ts';
import type { Tape } from '../../../../src/engine/linux/tape/op.ts';
import { indexOf, opsOf } from './plan-builders.ts';

const v1: CgroupFacts = {
  version: 'v1',
  controllers: { memory: '/cg/memory', pids: '/cg/pids', cpu: '/cg/cpu', cpuset: '/cg/cpuset' },
  enabled: [],
  swap: true,
  cpusetCpus: '0-3',
  cpusetMems: '0',
};
const v2: CgroupFacts = {
  ...v1,
  version: 'v2',
  controllers: { memory: '/cg', pids: '/cg', cpu: '/cg', cpuset: '/cg' },
  enabled: ['memory', 'pids'],
};

const plan = (limits: ResourceLimits, facts: CgroupFacts) =>
  planCgroup({ limits, facts, runId: 'x1', container: 'web', firstFree: 50 });
const written = (tape: Tape): readonly string[] =>
  opsOf(tape, 'writeFile').map(({ path, data }) => `${path}=${Buffer.from(data).toString()}`);

const inContainer = (file: string): string => `mayfly-x1/web/${file}`;

test('what is to be counted gets the groups that count it, as far as they are there', () => {
  const measure = (limits: ResourceLimits, facts: CgroupFacts) =>
    planCgroup({ limits, measured: true, facts, runId: 'x1', container: 'web', firstFree: 50 });
  const accounting = { ...v1, controllers: { ...v1.controllers, cpuacct: '/cg/cpuacct' } };
  expect(measure({}, accounting).directories).toEqual({
    memory: '/cg/memory/mayfly-x1/web',
    pids: '/cg/pids/mayfly-x1/web',
    cpuacct: '/cg/cpuacct/mayfly-x1/web',
  });
  expect(measure({}, { ...v1, controllers: { pids: '/cg/pids' } }).directories).toEqual({
    pids: '/cg/pids/mayfly-x1/web',
  });
  expect(measure({}, { ...v1, version: 'none', controllers: {} })).toEqual({
    ops: [],
    procs: [],
    directories: {},
  });
  expect(Object.keys(measure({ cpus: 1 }, v2).directories)).toEqual(['cpu', 'memory', 'pids']);
  expect(measure({}, v2).procs).toHaveLength(1);
});

const cases: readonly (readonly [
  name: string,
  limits: ResourceLimits,
  facts: CgroupFacts,
  files: readonly string[],
])[] = [
  [
    'v1 memory, with as much swap again',
    { memoryBytes: 100 },
    v1,
    [inContainer('memory.limit_in_bytes=100'), inContainer('memory.memsw.limit_in_bytes=200')],
  ],
  [
    'v1 memory without swap accounting',
    { memoryBytes: 100 },
    { ...v1, swap: false },
    [inContainer('memory.limit_in_bytes=100')],
  ],
  [
    'v1 memory and swap together',
    { memoryBytes: 100, memorySwapBytes: 150 },
    v1,
    [inContainer('memory.limit_in_bytes=100'), inContainer('memory.memsw.limit_in_bytes=150')],
  ],
  ['v1 pids', { pids: 64 }, v1, [inContainer('pids.max=64')]],
  [
    'v1 cpus',
    { cpus: 0.5 },
    v1,
    [inContainer('cpu.cfs_period_us=100000'), inContainer('cpu.cfs_quota_us=50000')],
  ],
  [
    'v1 cpuset, where every level must have processors and memory',
    { cpuset: '0-1' },
    v1,
    [
      'mayfly-x1/cpuset.cpus=0-3',
      'mayfly-x1/cpuset.mems=0',
      inContainer('cpuset.cpus=0-1'),
      inContainer('cpuset.mems=0'),
    ],
  ],
  [
    'v2 memory',
    { memoryBytes: 100, memorySwapBytes: 150 },
    v2,
    [
      'mayfly-x1/cgroup.subtree_control=+memory',
      inContainer('memory.max=100'),
      inContainer('memory.swap.max=50'),
    ],
  ],
  [
    'v2 unlimited swap',
    { memoryBytes: 100, memorySwapBytes: -1 },
    v2,
    [
      'mayfly-x1/cgroup.subtree_control=+memory',
      inContainer('memory.max=100'),
      inContainer('memory.swap.max=max'),
    ],
  ],
  [
    'v2 enables what is not yet enabled',
    { cpus: 2, pids: 5 },
    v2,
    [
      'cgroup.subtree_control=+cpu',
      'mayfly-x1/cgroup.subtree_control=+pids +cpu',
      inContainer('pids.max=5'),
      inContainer('cpu.max=200000 100000'),
    ],
  ],
  [
    'a quota is never below what the kernel takes',
    { cpus: 0.001 },
    v2,
    [
      'cgroup.subtree_control=+cpu',
      'mayfly-x1/cgroup.subtree_control=+cpu',
      inContainer('cpu.max=1000 100000'),
    ],
  ],
];

test.each(cases)('%s', (_, limits, facts, files) => {
  expect(written(plan(limits, facts).ops)).toEqual(files);
});

test('v2 has one group for all controllers, v1 one for each', () => {
  const limits = { memoryBytes: 1, pids: 1 };
  expect(plan(limits, v2).procs).toHaveLength(1);
  expect(plan(limits, v1).procs).toHaveLength(2);
  expect(plan(limits, v1).directories).toEqual({
    memory: '/cg/memory/mayfly-x1/web',
    pids: '/cg/pids/mayfly-x1/web',
  });
  expect(new Set(plan(limits, v1).procs).size).toBe(2);
});

test('v1 controllers mounted together share a group', () => {
  const together = { ...v1, controllers: { cpu: '/cg/cpu,pids', pids: '/cg/cpu,pids' } };
  expect(plan({ cpus: 1, pids: 1 }, together).procs).toHaveLength(1);
});

test('removal is registered before a directory is made, the outer one first', () => {
  const { ops } = plan({ pids: 1 }, v1);
  expect(opsOf(ops, 'removeAtExit').map(({ path }) => path)).toEqual([
    '/cg/pids/mayfly-x1',
    '/cg/pids/mayfly-x1/web',
  ]);
  for (const { path } of opsOf(ops, 'mkdir')) {
    const made = indexOf(ops, 'mkdir', (op) => op.kind === 'mkdir' && op.path === path);
    expect(
      indexOf(ops, 'removeAtExit', (op) => op.kind === 'removeAtExit' && op.path.endsWith(path)),
    ).toBeLessThan(made);
  }
});

test('no limits, no groups', () => {
  expect(plan({}, v1)).toEqual({ ops: [], procs: [], directories: {} });
});

describe('a limit that cannot be kept is an error that names it', () => {
  const refused: readonly (readonly [
    name: string,
    limits: ResourceLimits,
    facts: CgroupFacts,
    says: string,
  ])[] = [
    [
      'no cgroups at all',
      { memoryBytes: 1 },
      { ...v1, version: 'none', controllers: {} },
      'mem_limit was asked for, but this host has no control groups',
    ],
    [
      'a controller is not ours',
      { cpus: 1 },
      { ...v2, controllers: { memory: '/cg' } },
      'cpus was asked for, but the cpu controller cannot be used here (cgroup v2)',
    ],
    [
      'swap is not counted',
      { memoryBytes: 1, memorySwapBytes: 2 },
      { ...v1, swap: false },
      'memswap_limit was asked for, but this kernel does not count swap',
    ],
    ['swap alone', { memorySwapBytes: 2 }, v1, 'it needs mem_limit beside it'],
    ['swap below memory', { memoryBytes: 3, memorySwapBytes: 2 }, v1, 'it is smaller than mem_limit'],
  ];

  test.each(refused)('%s', (_, limits, facts, says) => {
    expect(() => plan(limits, facts)).toThrow(
      expect.objectContaining({ code: 'HOST_LIMIT_UNAVAILABLE', message: expect.stringContaining(says) }),
    );
  });
});
