import { describe, expect, test } from 'vitest';
import { type CgroupReader, probeCgroups } from '../../../../src/engine/linux/sandbox/probe-cgroups.ts';

/** A host made of texts by path; directories and files that may be written to are named. */
function fakeTree(texts: Readonly<Record<string, string>>, writable: readonly string[]): CgroupReader {
  return {
    readText: async (path) => texts[path],
    isWritable: async (path) => writable.includes(path),
  };
}

const v1Line = (controllers: string): string =>
  `40 30 0:30 / /sys/fs/cgroup/${controllers} rw,relatime - cgroup cgroup rw,${controllers}`;
const v2Line = (path: string): string => `41 30 0:31 / ${path} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate`;

describe('what control groups this user may make', () => {
  test('none: no hierarchy is mounted', async () => {
    const tree = fakeTree({ '/proc/self/mountinfo': '22 1 0:20 / / rw - ext4 /dev/vda rw\n' }, []);
    expect(await probeCgroups(tree)).toMatchObject({ version: 'none', controllers: {} });
  });

  test('v1: below our own group of each controller, where it is writable', async () => {
    const tree = fakeTree(
      {
        '/proc/self/mountinfo': [
          v1Line('memory'),
          v1Line('pids'),
          v1Line('cpu,cpuacct'),
          v1Line('cpuset'),
        ].join('\n'),
        '/proc/self/cgroup': '4:memory:/ci\n3:pids:/\n2:cpu,cpuacct:/\n1:cpuset:/\n',
        '/sys/fs/cgroup/memory/ci/memory.memsw.limit_in_bytes': '9223372036854771712',
        '/sys/fs/cgroup/cpuset/cpuset.cpus': '0-1\n',
        '/sys/fs/cgroup/cpuset/cpuset.mems': '0\n',
      },
      ['/sys/fs/cgroup/memory/ci', '/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/cpuset'],
    );
    expect(await probeCgroups(tree)).toEqual({
      version: 'v1',
      controllers: {
        memory: '/sys/fs/cgroup/memory/ci',
        cpu: '/sys/fs/cgroup/cpu,cpuacct',
        cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
        cpuset: '/sys/fs/cgroup/cpuset',
      },
      enabled: [],
      swap: true,
      cpusetCpus: '0-1',
      cpusetMems: '0',
    });
  });

  test('hybrid: the controllers are those of v1', async () => {
    const tree = fakeTree(
      {
        '/proc/self/mountinfo': [v1Line('memory'), v2Line('/sys/fs/cgroup/unified')].join('\n'),
        '/proc/self/cgroup': '4:memory:/\n0::/\n',
      },
      ['/sys/fs/cgroup/memory'],
    );
    expect(await probeCgroups(tree)).toMatchObject({
      version: 'hybrid',
      controllers: { memory: '/sys/fs/cgroup/memory' },
      swap: false,
    });
  });

  const v2 = '/sys/fs/cgroup';
  const v2Texts = (
    own: string,
    more: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>> => ({
    '/proc/self/mountinfo': v2Line(v2),
    '/proc/self/cgroup': `0::${own}\n`,
    ...more,
  });

  test('v2 as root in the root group: its processes do not hinder', async () => {
    const tree = fakeTree(
      v2Texts('/', {
        [`${v2}/cgroup.controllers`]: 'cpuset cpu io memory pids\n',
        [`${v2}/cgroup.subtree_control`]: 'memory pids\n',
        [`${v2}/cgroup.procs`]: '1\n2\n',
      }),
      [`${v2}/cgroup.subtree_control`],
    );
    expect(await probeCgroups(tree)).toMatchObject({
      version: 'v2',
      controllers: { memory: v2, pids: v2, cpu: v2, cpuset: v2 },
      enabled: ['memory', 'pids'],
      swap: true,
    });
  });

  test('v2 delegated: our own group holds processes, so the group above it is used', async () => {
    const slice = `${v2}/user.slice/run-1.scope`;
    const tree = fakeTree(
      v2Texts('/user.slice/run-1.scope/runner', {
        [`${slice}/runner/cgroup.controllers`]: 'memory pids\n',
        [`${slice}/runner/cgroup.procs`]: '77\n',
        [`${slice}/runner/cgroup.type`]: 'domain\n',
        [`${slice}/cgroup.controllers`]: 'memory pids\n',
        [`${slice}/cgroup.subtree_control`]: '',
        [`${slice}/cgroup.procs`]: '',
      }),
      [`${slice}/runner/cgroup.subtree_control`, `${slice}/cgroup.subtree_control`],
    );
    expect(await probeCgroups(tree)).toMatchObject({
      version: 'v2',
      controllers: { memory: slice, pids: slice },
    });
  });

  test('v2 in a container of another runtime: the root it sees is not the true one, and its processes do', async () => {
    const tree = fakeTree(
      v2Texts('/', {
        [`${v2}/cgroup.controllers`]: 'memory pids\n',
        [`${v2}/cgroup.subtree_control`]: '',
        [`${v2}/cgroup.procs`]: '1\n',
        [`${v2}/cgroup.type`]: 'domain\n',
      }),
      [`${v2}/cgroup.subtree_control`],
    );
    expect(await probeCgroups(tree)).toMatchObject({ version: 'v2', controllers: {} });
  });

  test('v2 without delegation: nothing can be limited', async () => {
    const tree = fakeTree(v2Texts('/user.slice/session-3.scope', {}), []);
    expect(await probeCgroups(tree)).toMatchObject({ version: 'v2', controllers: {} });
  });

  test('a container of another runtime sees its own part of the hierarchy as the whole', async () => {
    const tree = fakeTree(
      {
        '/proc/self/mountinfo': '40 30 0:30 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
        '/proc/self/cgroup': '4:memory:/docker/abc\n',
      },
      ['/sys/fs/cgroup/memory'],
    );
    expect((await probeCgroups(tree)).controllers).toEqual({ memory: '/sys/fs/cgroup/memory' });
  });
});
