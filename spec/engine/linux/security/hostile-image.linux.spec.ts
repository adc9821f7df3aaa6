import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ContainerSpec, MountSpec } from '../../../../src/core/container.ts';
import type { Container } from '../../../../src/core/engine.ts';
import { MayflyError } from '../../../../src/core/mayfly-error.ts';
import { describeRequiring } from '../../../requires.ts';
import { containerSpec, on, processSpec } from '../../contract/container-spec.ts';
import { finish, inSandbox, never } from '../../contract/contract-kit.ts';
import { openBed, outputOf, resultsIn, sealed, sh } from './security-kit.ts';

const { attack, directory, withImage } = openBed('hostile');

/** What links of the images point to; on the host, and in the sandbox's own root if a link led there. */
const outside = mkdtempSync(join(directory, 'outside-'));
writeFileSync(join(outside, 'victim'), 'untouched');

interface Hostile {
  readonly name: string;
  readonly links: Readonly<Record<string, string>>;
  readonly mounts?: readonly MountSpec[];
}

const file = (target: string): MountSpec => ({
  kind: 'file',
  target,
  content: 'ours',
  mode: 0o444,
  uid: 0,
  gid: 0,
});
const tmpfs = (target: string): MountSpec => ({ kind: 'tmpfs', target, readOnly: false });
const volume = (target: string): MountSpec => ({
  kind: 'volume',
  volume: 'data',
  target,
  readOnly: false,
  copyImageContent: true,
});
const up = '/../../../../../../../..';

const images: readonly Hostile[] = [
  { name: '/proc -> elsewhere', links: { proc: `${up}${outside}` } },
  { name: '/proc -> /etc', links: { proc: '/etc' } },
  { name: '/dev -> elsewhere', links: { dev: `${up}${outside}` } },
  { name: '/sys -> elsewhere', links: { sys: `..${up}/proc` } },
  { name: '/etc -> elsewhere', links: { etc: `${up}${outside}` } },
  { name: '/etc/resolv.conf -> a file of the host', links: { 'etc/resolv.conf': `${up}${outside}/victim` } },
  { name: '/etc/hosts -> a file of the host', links: { 'etc/hosts': `${up}${outside}/victim` } },
  {
    name: '/etc/hostname -> /proc/sys/kernel/hostname',
    links: { 'etc/hostname': '/proc/sys/kernel/hostname' },
  },
  { name: '/etc/hosts -> /proc/self/fd/5', links: { 'etc/hosts': '/proc/self/fd/5' } },
  {
    name: 'a file target that is a link',
    links: { secret: `${up}${outside}/victim` },
    mounts: [file('/secret')],
  },
  { name: 'a file target below a link', links: { run: `${up}${outside}` }, mounts: [file('/run/victim')] },
  {
    name: 'a tmpfs target that is a link',
    links: { scratch: `${up}${outside}` },
    mounts: [tmpfs('/scratch')],
  },
  {
    name: 'a tmpfs target that is a link to /proc',
    links: { scratch: '/proc' },
    mounts: [tmpfs('/scratch')],
  },
  { name: 'a volume target that is a link', links: { data: `${up}${outside}` }, mounts: [volume('/data')] },
  { name: 'a volume target below a link', links: { var: `${up}/` }, mounts: [volume('/var/data')] },
  { name: 'links in a circle', links: { data: 'data2', data2: 'data' }, mounts: [volume('/data')] },
];

function sourceOf({ links }: Hostile) {
  const path = mkdtempSync(join(directory, 'image-'));
  mkdirSync(join(path, 'bin'));
  writeFileSync(join(path, 'bin/attack'), readFileSync(attack), { mode: 0o755 });
  for (const [at, target] of Object.entries(links)) {
    mkdirSync(join(path, at, '..'), { recursive: true });
    symlinkSync(target, join(path, at));
  }
  return { kind: 'rootfs', path } as const;
}

/** Undefined when the start was refused, with a reason; anything else fails the test. */
async function startOrRefusal(start: Promise<Container>): Promise<Container | undefined> {
  try {
    return await start;
  } catch (error) {
    expect(error).toBeInstanceOf(MayflyError);
    expect(error).toMatchObject({ code: 'LAUNCH_FAILED' });
    return undefined;
  }
}

describeRequiring(['userns', 'overlay', 'net'], 'an image with links where things are mounted', () => {
  test.each(images)('$name: is refused, or stays inside', (hostile) =>
    inSandbox(
      withImage(hostile.name, sourceOf(hostile)),
      async ({ sandbox, image }) => {
        const change: Partial<ContainerSpec> = { ...sealed, ...on('net'), mounts: hostile.mounts ?? [] };
        const argv = [
          '/bin/attack',
          'write',
          '/proc/sys/kernel/core_pattern',
          '/proc/sysrq-trigger',
          `${outside}/victim`,
        ];
        const container = await startOrRefusal(
          sandbox.startContainer(containerSpec(image, 'one', argv, change), never),
        );
        if (container !== undefined) {
          const results = resultsIn((await finish(container.main)).stdout);
          expect(results['/proc/sys/kernel/core_pattern']).not.toBe('ok');
          expect(results['/proc/sysrq-trigger']).not.toBe('ok');
        }
        expect(readFileSync(join(outside, 'victim'), 'utf8')).toBe('untouched');
        // The sandbox itself is as before: another container starts and sees no mount of the first.
        const sound = withImage('sound', sourceOf({ name: '', links: {} }));
        const other = containerSpec(await sound.image(), 'two', ['/bin/attack', 'ids'], sealed);
        expect((await finish((await sandbox.startContainer(other, never)).main)).stdout).toBe('0 0\n');
      },
      { networks: [{ name: 'net', egress: false }], volumes: [{ name: 'data' }] },
    ),
  );

  test.each(['etc/hosts', 'secret', 'etc/passwd', 'bin/sh'])(
    'a FIFO at /%s stops neither the container nor the launcher',
    (at) =>
      inSandbox(withImage(`fifo ${at}`, fifoAt(at)), async ({ sandbox, image }) => {
        const change = { ...sealed, mounts: [file('/secret')] };
        const spec = containerSpec(image, 'one', ['/bin/attack', 'ids'], change);
        const one = await startOrRefusal(sandbox.startContainer(spec, never));
        if (one !== undefined) expect((await one.main.exited).code).toBe(0);
      }),
  );
});

function fifoAt(at: string) {
  const source = sourceOf({ name: '', links: {} });
  mkdirSync(join(source.path, at, '..'), { recursive: true });
  execFileSync('mkfifo', [join(source.path, at)]);
  return source;
}

const hostPrograms = ['sh', 'sleep', 'cat', 'ls', 'mkdir', 'ln', attack];
const plain = withImage('host', { kind: 'host', programs: hostPrograms, files: [] });

describeRequiring(['userns', 'overlay'], 'the file systems of a container', () => {
  test('nothing of the old root is left: no `..`, no mount, no path of the host', () =>
    inSandbox(plain, async ({ start }) => {
      const container = await start('one', ['sleep', '1000'], sealed);
      expect(await outputOf(container, ['ls', `/${'../'.repeat(40)}`])).toBe(
        await outputOf(container, ['ls', '/']),
      );
      const mounts = await outputOf(container, ['cat', '/proc/self/mountinfo']);
      for (const word of [directory, 'store', 'attic', 'images', '/tmp', 'mayfly'])
        expect(mounts).not.toContain(word);
      const roots = mounts
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[4]);
      expect(roots[0]).toBe('/');
      for (const mounted of roots) expect(mounted).toMatch(/^\/($|proc|sys|dev|etc\/)/);
      // No peer group and no master: no mount event crosses the boundary.
      expect(mounts).not.toMatch(/shared:|master:|propagate_from:/);
    }));

  test('masked paths are empty, refuse writes, and cannot be uncovered', () =>
    inSandbox(plain, async ({ start }) => {
      const capabilities = [...processSpec(['true']).capabilities];
      const container = await start('one', ['sleep', '1000'], {
        ...sealed,
        process: processSpec(['sleep', '1000'], { capabilities }),
      });
      expect(await outputOf(container, ['cat', '/proc/kcore', '/proc/keys', '/proc/timer_list'])).toBe('');
      expect(
        await outputOf(container, ['ls', '-A', '/sys/firmware', '/proc/acpi', '/proc/scsi']),
      ).not.toMatch(/^\w+$/m);
      const writes = [
        attack,
        'write',
        '/proc/kcore',
        '/proc/keys',
        '/proc/timer_list',
        '/proc/sched_debug',
        '/proc/interrupts',
      ];
      const results = Object.values(resultsIn(await outputOf(container, writes)));
      for (const result of results) expect(result).toBeOneOf(['EROFS', 'ENOENT', 'EACCES']);
      // The covering file has no other name by which it could be written (CVE-2025-31133).
      expect(
        await outputOf(
          container,
          sh('for m in /proc/kcore /proc/keys; do ln $m /copy || echo no; done 2>/dev/null'),
        ),
      ).toBe('no\nno\n');
    }));

  test('kernel knobs refuse writes', () =>
    inSandbox(plain, async ({ start }) => {
      const knobs = [
        '/proc/sys/kernel/core_pattern',
        '/proc/sys/kernel/modprobe',
        '/proc/sys/kernel/hostname',
        '/proc/sys/vm/panic_on_oom',
        '/proc/sys/net/ipv4/ip_forward',
        '/proc/sys/fs/suid_dumpable',
        '/proc/sysrq-trigger',
        '/proc/irq/default_smp_affinity',
        '/sys/kernel/uevent_helper',
        '/sys/kernel/mm/transparent_hugepage/enabled',
        '/sys/class/net/lo/mtu',
        '/sys/power/state',
      ];
      const container = await start('one', ['sleep', '1000'], sealed);
      const results = resultsIn(await outputOf(container, [attack, 'write', ...knobs]));
      expect(Object.keys(results)).toHaveLength(knobs.length);
      expect(Object.entries(results).filter(([, result]) => result === 'ok')).toEqual([]);
    }));

  // Permissions are asked before the mount is (fs/namei.c, do_open): only who may write sees that it is read-only. Of network
  // settings that is who has NET_ADMIN (net/sysctl_net.c, net_ctl_permissions), in the container's own namespace.
  test.each([
    { name: 'without NET_ADMIN by the kernel', extra: [], change: sealed, result: 'EACCES' },
    { name: 'with it by the read-only mount', extra: ['NET_ADMIN'], change: sealed, result: 'EROFS' },
    {
      name: 'but not where the scenario wants no read-only paths',
      extra: ['NET_ADMIN'],
      change: {},
      result: 'ok',
    },
  ])("settings of the container's own network are refused: $name", ({ extra, change, result }) =>
    inSandbox(plain, async ({ start }) => {
      const knob = '/proc/sys/net/ipv4/ip_forward';
      const capabilities = [...processSpec([]).capabilities, ...extra];
      const argv = [attack, 'write', knob];
      const one = await start('one', [], { ...change, process: processSpec(argv, { capabilities }) });
      expect(resultsIn((await finish(one.main)).stdout)).toEqual({ [knob]: result });
    }),
  );

  test('the devices of /dev are the default ones, and a made one is inert', () =>
    inSandbox(plain, async ({ start }) => {
      const container = await start('one', ['sleep', '1000'], sealed);
      expect((await outputOf(container, ['ls', '/dev'])).trim().split('\n')).toEqual([
        'core',
        'fd',
        'full',
        'mqueue',
        'null',
        'ptmx',
        'pts',
        'random',
        'shm',
        'stderr',
        'stdin',
        'stdout',
        'tty',
        'urandom',
        'zero',
      ]);
    }));
});
