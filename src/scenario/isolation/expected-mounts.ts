import type { ContainerSpec } from '../../core/container.ts';

/** A mount that a container has by its declaration. */
export interface ExpectedMount {
  /** As declared; links of the image may lead it elsewhere in its root. */
  readonly target: string;
  /** Undefined: whatever the host has there. */
  readonly type?: string;
  /** That it has at least. */
  readonly flags: readonly string[];
  /** May show a file system of the host: nodes, and what was declared to come from there. */
  readonly fromHost: boolean;
  /** There only where there is something to cover, or where the host offers it. */
  readonly when: 'always' | 'if the path exists' | 'if the host offers it';
}

const inert = ['nosuid', 'nodev', 'noexec'];
const data = ['nosuid', 'nodev'];

/** Of every container: OCI runtime-spec config-linux.md, "Default Devices". */
export const defaultNodes: Readonly<Record<string, string>> = {
  null: '1:3',
  zero: '1:5',
  full: '1:7',
  random: '1:8',
  urandom: '1:9',
  tty: '5:0',
};

/** All mounts of a container, outer ones not necessarily first. */
export function expectedMounts(spec: ContainerSpec): readonly ExpectedMount[] {
  return [
    mount('/', 'overlay', spec.rootfs.readOnly ? ['ro'] : []),
    mount('/proc', 'proc', inert),
    mount('/sys', 'sysfs', ['ro', ...inert]),
    { ...mount('/sys/fs/cgroup', 'cgroup2', ['ro', ...inert]), when: 'if the host offers it' },
    mount('/dev', 'tmpfs', ['nosuid', 'noexec']),
    mount('/dev/pts', 'devpts', ['nosuid', 'noexec']),
    mount('/dev/shm', 'tmpfs', inert),
    mount('/dev/mqueue', 'mqueue', inert),
    ...Object.keys(defaultNodes).map((name) => fromHost(`/dev/${name}`, [])),
    ...(spec.process.tty ? [mount('/dev/console', 'devpts', ['nosuid', 'noexec'])] : []),
    ...spec.devices.map((device) => fromHost(deviceTarget(device), [])),
    ...etcFiles(spec).map((target) => mount(target, 'tmpfs', spec.rootfs.readOnly ? ['ro', ...data] : data)),
    ...spec.mounts.map(declared),
    ...spec.readonlyPaths.map((target) => covered(target, ['ro'])),
    ...spec.maskedPaths.map((target) => covered(target, ['ro', ...inert], 'tmpfs')),
  ];
}

/** `host[:container[:rights]]`. */
export function deviceTarget(device: string): string {
  const [host = '', target = host] = device.split(':');
  return target;
}

/** Of the container's own place; a mount of the user's at the same path wins. */
function etcFiles({ mounts }: ContainerSpec): readonly string[] {
  const taken = new Set(mounts.map(({ target }) => target));
  return ['/etc/hosts', '/etc/resolv.conf', '/etc/hostname'].filter((target) => !taken.has(target));
}

function declared(spec: ContainerSpec['mounts'][number]): ExpectedMount {
  switch (spec.kind) {
    case 'tmpfs':
      return mount(spec.target, 'tmpfs', spec.readOnly ? ['ro', ...inert] : inert);
    case 'file':
      return mount(spec.target, 'tmpfs', ['ro', ...data]);
    case 'volume':
      return { ...fromHost(spec.target, spec.readOnly ? ['ro', ...data] : data), fromHost: false };
    case 'bind':
      return fromHost(spec.target, spec.readOnly ? ['ro', ...data] : data);
  }
}

const mount = (target: string, type: string, flags: readonly string[]): ExpectedMount => ({
  target,
  type,
  flags,
  fromHost: false,
  when: 'always',
});

const fromHost = (target: string, flags: readonly string[]): ExpectedMount => ({
  target,
  flags,
  fromHost: true,
  when: 'always',
});

const covered = (target: string, flags: readonly string[], type?: string): ExpectedMount => ({
  target,
  flags,
  fromHost: false,
  when: 'if the path exists',
  ...(type === undefined ? {} : { type }),
});
