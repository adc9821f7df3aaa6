import { describe, expect, test } from 'vitest';
import type { MountSpec } from '../../../../src/core/container.ts';
import type { MountSource } from '../../../../src/engine/linux/plan/container-input.ts';
import { planDevices } from '../../../../src/engine/linux/plan/plan-dev.ts';
import { planEtcFiles } from '../../../../src/engine/linux/plan/plan-etc-files.ts';
import { planMounts } from '../../../../src/engine/linux/plan/plan-mounts.ts';
import { planFileStore, planPrivateFile } from '../../../../src/engine/linux/plan/private-file.ts';
import { kindsOf, opsOf, spec } from './plan-builders.ts';

const slots = { sandbox: 1, root: 2, files: 3, scratch: 4 };
const RDONLY = 1;
const NOSUID_NODEV = 2 | 4;
const INERT = 2 | 4 | 8;

const volume = (target: string, readOnly = false): MountSpec => ({
  kind: 'volume',
  volume: 'v',
  target,
  readOnly,
  copyImageContent: false,
});
const detached = (slot: number): MountSource => ({ kind: 'slot', slot, type: 'directory' });

describe('attributes', () => {
  const cases: readonly (readonly [
    name: string,
    mount: MountSpec,
    source: MountSource | undefined,
    set: number,
  ])[] = [
    ['a volume', volume('/data'), detached(9), NOSUID_NODEV],
    ['a read-only volume', volume('/data', true), detached(9), NOSUID_NODEV | RDONLY],
    [
      'a bind of a file',
      { kind: 'bind', hostPath: '/h', target: '/data', readOnly: true },
      { kind: 'path', path: '/binds/1', type: 'file' },
      NOSUID_NODEV | RDONLY,
    ],
  ];

  test.each(cases)('%s', (_, mount, source, set) => {
    const tape = planMounts([mount], [source], slots, 0);
    expect(opsOf(tape, 'setMountAttributes').map((op) => op.set)).toEqual([set]);
    expect(opsOf(tape, 'attachMount').map(({ dir, path }) => [dir, path])).toEqual([[2, 'data']]);
  });

  const tmpfs: readonly (readonly [
    name: string,
    mount: MountSpec,
    options: readonly string[],
    attributes: number,
  ])[] = [
    [
      'a tmpfs as Docker makes it',
      { kind: 'tmpfs', target: '/tmp', readOnly: false },
      ['source=tmpfs', 'mode=1777'],
      INERT,
    ],
    [
      'a tmpfs with size and mode',
      { kind: 'tmpfs', target: '/run', sizeBytes: 4096, mode: 0o700, readOnly: true },
      ['source=tmpfs', 'mode=700', 'size=4096'],
      INERT | RDONLY,
    ],
  ];

  test.each(tmpfs)('%s', (_, mount, options, attributes) => {
    expect(
      opsOf(planMounts([mount], [], slots, 0), 'newMount').map((op) => [op.options, op.attributes]),
    ).toEqual([[options, attributes]]);
  });
});

test('a missing target is made, component by component, as what the source is', () => {
  const tape = planMounts([volume('/var//lib/./x')], [detached(9)], slots, 0);
  expect(opsOf(tape, 'mkdir').map(({ path, flags }) => [path, flags])).toEqual([
    ['var', 1],
    ['var/lib', 1],
    ['var/lib/x', 1],
  ]);
  const file = planMounts(
    [{ kind: 'bind', hostPath: '/h', target: '/etc/app.conf', readOnly: true }],
    [{ kind: 'slot', slot: 9, type: 'file' }],
    slots,
    0,
  );
  expect(opsOf(file, 'mkdir').map(({ path }) => path)).toEqual(['etc']);
  // RESOLVE_IN_ROOT, or a link of the image would make the file outside.
  expect(opsOf(file, 'open').map(({ path, resolve }) => [path, resolve])).toEqual([['etc/app.conf', 0x10]]);
});

test('an outer mount comes before an inner one, others stay in order', () => {
  const mounts = [volume('/a/b/c'), volume('/z'), volume('/a'), volume('/a/b')];
  const tape = planMounts(
    mounts,
    mounts.map((_, index) => detached(20 + index)),
    slots,
    0,
  );
  expect(opsOf(tape, 'attachMount').map(({ mount, path }) => [mount, path])).toEqual([
    [21, 'z'],
    [22, 'a'],
    [23, 'a/b'],
    [20, 'a/b/c'],
  ]);
});

test('a place in the sandbox is copied, with what is mounted below it', () => {
  const tape = planMounts(
    [volume('/data')],
    [{ kind: 'path', path: '/volumes/v', type: 'directory' }],
    slots,
    0,
  );
  expect(opsOf(tape, 'openTree')).toEqual([
    { kind: 'openTree', dir: 1, path: 'volumes/v', flags: 0x1 | 0x8000 | 0o2000000, into: 4 },
  ]);
});

test.each(['/', '/proc', '/proc/self', '/sys/fs', '/a/../proc', 'relative'])(
  'nothing is mounted at %s',
  (target) => {
    expect(() => planMounts([volume(target)], [detached(9)], slots, 0)).toThrow(
      expect.objectContaining({ code: 'SCENARIO_WRONG_VALUE' }),
    );
  },
);

describe('files', () => {
  const file = {
    target: '/run/secrets/key',
    content: 'geheim',
    mode: 0o400,
    uid: 1000,
    gid: 1000,
    readOnly: true,
  };

  test('a file is written in a file system of its own and bound read-only', () => {
    const tape = planPrivateFile(file, 7, slots);
    expect(opsOf(tape, 'writeSlot').map(({ data }) => Buffer.from(data).toString())).toEqual(['geheim']);
    expect(opsOf(tape, 'chownSlot')).toEqual([{ kind: 'chownSlot', slot: 4, uid: 1000, gid: 1000 }]);
    expect(opsOf(tape, 'open').at(-1)).toMatchObject({ dir: 3, path: '7', mode: 0o400 });
    expect(opsOf(tape, 'setMountAttributes').map(({ set }) => set)).toEqual([NOSUID_NODEV | RDONLY]);
  });

  test('root’s own file needs no change of owner', () => {
    expect(kindsOf(planPrivateFile({ ...file, uid: 0, gid: 0 }, 7, slots))).not.toContain('chownSlot');
  });

  test('a file too large is refused by name', () => {
    const large = { ...file, content: 'x'.repeat(2 ** 20 + 1) };
    expect(() => planFileStore([large], slots)).toThrow(
      expect.objectContaining({
        code: 'SCENARIO_LIMIT',
        message: expect.stringContaining('/run/secrets/key'),
      }),
    );
  });

  test('mounts of the kind go on numbering where /etc’s files end', () => {
    const mount: MountSpec = { kind: 'file', target: '/a', content: '', mode: 0o444, uid: 0, gid: 0 };
    const tape = planMounts([mount, { ...mount, target: '/b' }], [], slots, 3);
    expect(opsOf(tape, 'openTree').map(({ path }) => path)).toEqual(['3', '4']);
  });
});

describe('files in /etc', () => {
  test('hosts, resolv.conf and hostname', () => {
    const files = planEtcFiles({ ...spec, extraHosts: [{ name: 'api', address: '10.9.9.9' }] }, [
      '10.0.0.2',
      'fd00::2',
    ]);
    expect(Object.fromEntries(files.map(({ target, content }) => [target, content]))).toEqual({
      '/etc/hosts': expect.stringMatching(
        /^127\.0\.0\.1\tlocalhost\n[\s\S]*10\.9\.9\.9\tapi\n10\.0\.0\.2\tweb\nfd00::2\tweb\n$/,
      ),
      '/etc/resolv.conf': 'nameserver 127.0.0.11\noptions ndots:0\n',
      '/etc/hostname': 'web\n',
    });
  });

  test('a domain gives the container its full name first', () => {
    const [hosts] = planEtcFiles({ ...spec, domainname: 'shop.test' }, ['10.0.0.2']);
    expect(hosts?.content).toContain('10.0.0.2\tweb.shop.test web\n');
  });

  test('without a network there is nobody to ask for names', () => {
    const files = planEtcFiles({ ...spec, network: { kind: 'none' } }, []);
    expect(files.find(({ target }) => target === '/etc/resolv.conf')?.content).not.toContain('nameserver');
  });

  test('a mount of the user’s own wins', () => {
    const files = planEtcFiles(
      { ...spec, mounts: [{ kind: 'bind', hostPath: '/h', target: '/etc/hosts', readOnly: true }] },
      [],
    );
    expect(files.map(({ target }) => target)).toEqual(['/etc/resolv.conf', '/etc/hostname']);
  });
});

describe('devices', () => {
  const sources = { '/dev/fuse': { kind: 'slot', slot: 30, type: 'file' } } as const;

  test('a device appears under its target', () => {
    const tape = planDevices(['/dev/fuse:/dev/my-fuse'], sources, slots);
    expect(opsOf(tape, 'attachMount')).toEqual([
      { kind: 'attachMount', mount: 30, dir: 2, path: 'dev/my-fuse' },
    ]);
  });

  test('rights that cannot be narrowed are not silently whole', () => {
    expect(() => planDevices(['/dev/fuse:/dev/fuse:r'], sources, slots)).toThrow(
      expect.objectContaining({ code: 'SCENARIO_NO_EFFECT' }),
    );
  });
});
