import { describe, expect, test } from 'vitest';
import { readCgroupUsage, readLimitsHit } from '../../../../src/engine/linux/sandbox/read-cgroup-usage.ts';
import { commandLineBytes, readProcesses } from '../../../../src/engine/linux/sandbox/read-processes.ts';

type Files = Readonly<Record<string, string>>;

const hostOf = (files: Files, links: Files = {}) => ({
  readText: async (path: string) => files[path],
  readTextNow: (path: string) => files[path],
  readLinkNow: (path: string) => links[path],
  listNow: () => ['1', '40', '41', '42', '50', 'self', 'cpuinfo'],
});

const status = (name: string, uid: number, pids: string): string =>
  `Name:\t${name}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nNSpid:\t${pids}\n`;
const links: Files = {
  '/proc/1/ns/pid': 'pid:[1]',
  '/proc/40/ns/pid': 'pid:[7]',
  '/proc/41/ns/pid': 'pid:[7]',
  '/proc/42/ns/pid': 'pid:[7]',
  '/proc/50/ns/pid': 'pid:[8]',
};
const files: Files = {
  '/proc/40/uid_map': '         0     100000       1000\n      2000     200000          1\n',
  '/proc/40/status': status('mayfly-init', 100_000, '40\t2\t1'),
  '/proc/40/cmdline': 'mayfly-init\0',
  '/proc/41/status': status('nginx', 100_033, '41\t3\t2'),
  '/proc/41/cmdline': 'nginx: worker\0--flag\0',
  '/proc/42/status': status('gone', 77, '42\t4\t3'),
  '/proc/42/cmdline': '',
  '/proc/50/status': status('other', 100_000, '50\t5\t1'),
  '/proc/50/cmdline': 'other\0',
};

describe('processes of a container, out of /proc of the host', () => {
  test('those of its namespace, by its own numbers', async () => {
    expect(await readProcesses(hostOf(files, links), 40)).toEqual([
      { pid: 1, uid: 0, argv: ['mayfly-init'], name: 'mayfly-init' },
      { pid: 2, uid: 33, argv: ['nginx: worker', '--flag'], name: 'nginx' },
      // A zombie has no command line; an id without a number inside is the kernel's overflow id.
      { pid: 3, uid: 65_534, argv: [], name: 'gone' },
    ]);
  });

  test('none once it has ended; one that ends meanwhile is left out', async () => {
    expect(await readProcesses(hostOf({}, {}), 40)).toEqual([]);
    const { '/proc/41/status': _ended, ...others } = files;
    expect((await readProcesses(hostOf(others, links), 40)).map(({ pid }) => pid)).toEqual([1, 3]);
  });

  test('command lines beyond the limit are an error that names it', async () => {
    const long = { ...files, '/proc/41/cmdline': 'x'.repeat(commandLineBytes + 1) };
    await expect(readProcesses(hostOf(long, links), 40)).rejects.toMatchObject({
      code: 'OUTPUT_LIMIT',
      message: expect.stringContaining('commandLineBytes'),
    });
  });
});

const v2: Files = {
  '/cg/memory.current': '5000\n',
  '/cg/memory.stat': 'anon 1000\ninactive_file 1500\n',
  '/cg/memory.events': 'low 0\noom 2\noom_kill 1\n',
  '/cg/cpu.stat': 'usage_usec 2500\nuser_usec 1\nnr_throttled 6\n',
  '/cg/pids.current': '3\n',
};
const v1: Files = {
  '/m/memory.usage_in_bytes': '5000\n',
  '/m/memory.stat': 'cache 2000\ntotal_inactive_file 9000\n',
  '/m/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 4\n',
  '/c/cpuacct.usage': '7500000\n',
  '/c/cpu.stat': 'nr_periods 9\nnr_throttled 2\nthrottled_time 5\n',
  '/p/pids.current': '3\n',
};

describe('what control groups count', () => {
  test.each([
    {
      name: 'v2',
      host: v2,
      directories: { memory: '/cg', pids: '/cg', cpu: '/cg' },
      version: 'v2',
      usage: { memoryBytes: 3500, cpuMs: 2.5, pids: 3, oomKills: 1, throttledPeriods: 6 },
    },
    {
      name: 'v1; a cache that is said to be larger than everything is not taken away',
      host: v1,
      directories: { memory: '/m', pids: '/p', cpu: '/c', cpuacct: '/c' },
      version: 'hybrid',
      usage: { memoryBytes: 5000, cpuMs: 7.5, pids: 3, oomKills: 4, throttledPeriods: 2 },
    },
    {
      name: 'v2, processes only',
      host: v2,
      directories: { pids: '/cg' },
      version: 'v2',
      usage: { cpuMs: 2.5, pids: 3 },
    },
    {
      name: 'v1 without accounting of time',
      host: v1,
      directories: { pids: '/p' },
      version: 'v1',
      usage: { pids: 3 },
    },
    { name: 'no groups', host: v1, directories: {}, version: 'none', usage: {} },
    {
      name: 'files that are not there',
      host: {},
      directories: { memory: '/m', pids: '/p' },
      version: 'v1',
      usage: {},
    },
  ] as const)('$name', ({ host, directories, version, usage }) => {
    expect(readCgroupUsage(hostOf(host), directories, version)).toEqual(usage);
  });
});

test.each([
  {
    name: 'v2',
    host: v2,
    directories: { memory: '/cg', pids: '/cg' },
    version: 'v2',
    hit: { oomKilled: true },
  },
  {
    name: 'v2 at the limit of processes',
    host: { '/cg/memory.events': 'oom_kill 0\n', '/cg/pids.events': 'max 3\n' },
    directories: { memory: '/cg', pids: '/cg' },
    version: 'v2',
    hit: { oomKilled: false, processRefused: true },
  },
  {
    name: 'v1 below the limit of processes',
    host: { '/p/pids.events': 'max 0\n' },
    directories: { pids: '/p' },
    version: 'v1',
    hit: { oomKilled: false },
  },
  { name: 'no groups', host: v1, directories: {}, version: 'none', hit: { oomKilled: false } },
] as const)('the limits that were hit: $name', ({ host, directories, version, hit }) => {
  expect(readLimitsHit(hostOf(host), directories, version)).toEqual(hit);
});
