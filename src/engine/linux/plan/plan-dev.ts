import { MayflyError } from '../../../core/mayfly-error.ts';
import { mountAttributes } from '../abi/mount-flags.ts';
import { fileTypes } from '../abi/open-flags.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import type { MountSource } from './container-input.ts';
import { makeFile } from './make-target.ts';
import { copyTree, inertMount, newMount, takeSource } from './mount-ops.ts';
import { pathComponents, sandboxLayout } from './sandbox-layout.ts';

/** Of every container: OCI runtime-spec config-linux.md, "Default Devices". */
const deviceNodes = ['null', 'zero', 'full', 'random', 'urandom', 'tty'] as const;

const links: readonly (readonly [name: string, target: string])[] = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
  ['core', '/proc/kcore'],
  ['ptmx', 'pts/ptmx'],
];

/** The group `tty` of every distribution, which owns terminals. */
export const ttyGid = 5;

const { MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOEXEC } = mountAttributes;

export interface DevChoice {
  readonly shmBytes: number;
  readonly mappedIds: number;
  readonly tty: boolean;
}

export interface DevSlots {
  readonly sandbox: Slot;
  readonly root: Slot;
  readonly dev: Slot;
  readonly pts: Slot;
  readonly scratch: Slot;
}

/** A /dev of the container's own: the default nodes, terminals, shared memory and message queues. */
export function planDev(choice: DevChoice, slots: DevSlots): Tape {
  const { dev, root, pts, scratch } = slots;
  return [
    newMount('tmpfs', ['mode=755', 'size=65536k'], MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, dev),
    ...['pts', 'shm', 'mqueue'].map(
      (path) => ({ kind: 'mkdir', dir: dev, path, mode: 0o755, flags: 0 }) as const,
    ),
    ...deviceNodes.map((name) => emptyFile(dev, name)),
    ...(choice.tty ? [emptyFile(dev, 'console')] : []),
    ...links.map(([path, target]) => ({ kind: 'symlink', dir: dev, path, target }) as const),
    { kind: 'mkdir', dir: root, path: 'dev', mode: 0o755, flags: 1 },
    { kind: 'attachMount', mount: dev, dir: root, path: 'dev' },
    ...deviceNodes.flatMap((name) => bindNode(slots, name)),
    newMount('devpts', devptsOptions(choice.mappedIds), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, pts),
    { kind: 'attachMount', mount: pts, dir: dev, path: 'pts' },
    newMount('tmpfs', ['mode=1777', `size=${choice.shmBytes}`], inertMount, scratch),
    { kind: 'attachMount', mount: scratch, dir: dev, path: 'shm' },
    newMount('mqueue', [], inertMount, scratch),
    { kind: 'attachMount', mount: scratch, dir: dev, path: 'mqueue' },
    { kind: 'close', slot: scratch },
  ];
}

/** The container's terminal as /dev/console too; it is number 0 of a devpts that nobody has used before. */
export function planConsole(slots: Pick<DevSlots, 'dev' | 'pts' | 'scratch'>): Tape {
  return [
    copyTree(slots.pts, '0', slots.scratch),
    { kind: 'attachMount', mount: slots.scratch, dir: slots.dev, path: 'console' },
    { kind: 'close', slot: slots.scratch },
  ];
}

/** `gid=5` is EINVAL where 5 is not mapped (kernel-notes). */
function devptsOptions(mappedIds: number): readonly string[] {
  const options = ['newinstance', 'ptmxmode=0666', 'mode=0620'];
  return mappedIds > ttyGid ? [...options, `gid=${ttyGid}`] : options;
}

function emptyFile(dir: Slot, path: string): Op {
  return { kind: 'mknod', dir, path, mode: fileTypes.S_IFREG | 0o666, device: 0 };
}

function bindNode({ sandbox, dev, scratch }: DevSlots, name: string): Tape {
  return [
    copyTree(sandbox, `${sandboxLayout.devices}/${name}`, scratch),
    { kind: 'attachMount', mount: scratch, dir: dev, path: name },
  ];
}

/** `devices:` of a service, `host[:container[:rwm]]` as in Compose. */
export function planDevices(
  devices: readonly string[],
  sources: Readonly<Record<string, MountSource>>,
  slots: Pick<DevSlots, 'sandbox' | 'root' | 'scratch'>,
): Tape {
  return devices.flatMap((device) => {
    const [hostPath = '', target = hostPath, rights = 'rwm'] = device.split(':');
    if (rights !== 'rwm') {
      throw new MayflyError(
        'SCENARIO_NO_EFFECT',
        `device ${device}: rights cannot be narrowed without a device cgroup`,
        {
          hint: 'leave the rights out',
        },
      );
    }
    const source = sources[hostPath];
    if (source === undefined)
      throw new MayflyError('INTERNAL', `no mount was prepared for the device ${hostPath}`);
    const components = pathComponents(target, 'device');
    const { mount, ops } = takeSource(source, slots.sandbox, slots.scratch);
    const path = components.join('/');
    return [
      ...makeFile(slots.root, components, slots.scratch),
      ...ops,
      { kind: 'attachMount', mount, dir: slots.root, path } as const,
    ];
  });
}
