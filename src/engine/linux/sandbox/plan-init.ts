import { cloneFlags } from '../abi/clone-flags.ts';
import { mountAttributes, mountFlags, openTreeFlags } from '../abi/mount-flags.ts';
import { openFlags } from '../abi/open-flags.ts';
import { inertMount } from '../plan/mount-ops.ts';
import { mostFrozenLayers } from '../plan/plan-rootfs.ts';
import { sandboxLayout } from '../plan/sandbox-layout.ts';
import { noSlot, type Op, type Tape } from '../tape/op.ts';
import type { IdMapping } from './id-mapping.ts';
import { openForReading } from './plan-supervisor.ts';
import { initDescriptors, initSlots, supervisorSlots as slots } from './sandbox-slots.ts';

/** Below it, in the attic's mount namespace, lie writable layers and volumes. */
export const atticDirectory = 'attic';

/** The host's device nodes that every container gets; a user namespace cannot make nodes, only bind them. */
const deviceNodes = ['null', 'zero', 'full', 'random', 'urandom', 'tty'] as const;

const directories = [
  sandboxLayout.store,
  sandboxLayout.images,
  sandboxLayout.root,
  sandboxLayout.upper,
  sandboxLayout.below,
  ...Array.from({ length: mostFrozenLayers }, (_, at) => `${sandboxLayout.below}/${at}`),
  sandboxLayout.files,
  sandboxLayout.devices,
  sandboxLayout.proc,
  sandboxLayout.sys,
  sandboxLayout.emptyDirectory,
  atticDirectory,
];

export interface InitPlan {
  readonly mapping: IdMapping;
  /** The store's layers directory on the host, if the init has to open it itself. */
  readonly storeOnHost?: string;
}

/**
 * What the sandbox's init does before it becomes a server: everything is in a small tmpfs of its own, the host's file systems
 * stay behind in a mount namespace that only a descriptor leads to. It performs this as a child of the supervisor, with the
 * supervisor's slots.
 */
export function planInit(plan: InitPlan): Tape {
  return [
    { kind: 'await' },
    ...planIdentity(plan.mapping),
    { kind: 'parentDeathSignal', signal: 9 },
    { kind: 'setHostname', name: 'mayfly' },
    { kind: 'newKeyring' },
    {
      kind: 'mount',
      source: '',
      target: '/',
      fsType: '',
      flags: mountFlags.MS_REC | mountFlags.MS_PRIVATE,
      data: '',
    },
    openForReading('/proc/self/ns/mnt', slots.hostMounts),
    { kind: 'unshare', flags: cloneFlags.CLONE_NEWNS },
    ...planRoot(),
    ...planStore(plan.storeOnHost),
    { kind: 'pivotRoot', slot: slots.root },
    { kind: 'umask', mask: 0 },
    { kind: 'dupTo', slot: slots.initChannel, fd: initDescriptors.channel },
    { kind: 'dupTo', slot: slots.passFrom, fd: initDescriptors.passFrom },
    { kind: 'dupTo', slot: slots.hostMounts, fd: initDescriptors.hostMounts },
    { kind: 'execSlot', slot: slots.self, argv: ['mayfly-init'], env: [] },
  ];
}

/** A tmpfs mounted by an unmapped uid would belong to that uid: become root of the namespace first. */
function planIdentity(mapping: IdMapping): readonly Op[] {
  return [
    ...(mapping.kind === 'single-id' ? [] : [{ kind: 'setGroups', gids: new Uint8Array() } as const]),
    { kind: 'setIds', uid: 0, gid: 0 },
  ];
}

/**
 * The new root covers /proc, the one directory that is on every Linux, until it becomes the root. It holds whole /proc and /sys,
 * without which the kernel refuses new ones to a container (`mount_too_revealing`, fs/namespace.c).
 */
function planRoot(): readonly Op[] {
  return [
    { kind: 'newMount', fsType: 'proc', options: [], attributes: inertMount, into: slots.file },
    {
      kind: 'newMount',
      fsType: 'sysfs',
      options: [],
      attributes: inertMount | mountAttributes.MOUNT_ATTR_RDONLY,
      into: slots.node,
    },
    {
      kind: 'newMount',
      fsType: 'tmpfs',
      options: ['mode=755', 'size=16m'],
      attributes: mountAttributes.MOUNT_ATTR_NOSUID,
      into: slots.root,
    },
    { kind: 'attachMount', mount: slots.root, dir: noSlot, path: '/proc' },
    ...directories.map((path): Op => ({ kind: 'mkdir', dir: slots.root, path, mode: 0o755, flags: 0 })),
    { kind: 'attachMount', mount: slots.file, dir: slots.root, path: sandboxLayout.proc },
    { kind: 'attachMount', mount: slots.node, dir: slots.root, path: sandboxLayout.sys },
    ...deviceNodes.flatMap((name) => planDeviceNode(name)),
    ...emptyFile(sandboxLayout.emptyFile, 0o444),
  ];
}

function planDeviceNode(name: string): readonly Op[] {
  return [
    ...emptyFile(`dev/${name}`, 0o666),
    {
      kind: 'openTree',
      dir: noSlot,
      path: `/dev/${name}`,
      flags: openTreeFlags.OPEN_TREE_CLONE,
      into: slots.node,
    },
    { kind: 'attachMount', mount: slots.node, dir: slots.root, path: `dev/${name}` },
    { kind: 'close', slot: slots.node },
  ];
}

function emptyFile(path: string, mode: number): readonly Op[] {
  const { O_CREAT, O_WRONLY, O_EXCL } = openFlags;
  return [
    {
      kind: 'open',
      dir: slots.root,
      path,
      flags: O_CREAT | O_WRONLY | O_EXCL,
      mode,
      resolve: 0,
      into: slots.file,
    },
    { kind: 'close', slot: slots.file },
  ];
}

function planStore(storeOnHost: string | undefined): readonly Op[] {
  const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NODEV } = mountAttributes;
  const open: readonly Op[] =
    storeOnHost === undefined
      ? [{ kind: 'receiveSlot', socket: slots.passFrom, into: slots.node }]
      : [
          {
            kind: 'openTree',
            dir: noSlot,
            path: storeOnHost,
            flags: openTreeFlags.OPEN_TREE_CLONE,
            into: slots.node,
          },
          {
            kind: 'setMountAttributes',
            slot: slots.node,
            set: MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV,
            clear: 0,
            propagation: 0,
            userns: noSlot,
            recursive: 0,
          },
        ];
  return [...open, { kind: 'attachMount', mount: slots.node, dir: slots.root, path: 'store' }];
}

/** First tape of the init as a server: takes what it inherited, and opens what containers are made from. */
export function planInitServer(): Tape {
  const { O_PATH } = openFlags;
  const path = (name: string, into: number): Op => ({
    kind: 'open',
    dir: noSlot,
    path: name,
    flags: O_PATH,
    mode: 0,
    resolve: 0,
    into,
  });
  return [
    { kind: 'adopt', fd: initDescriptors.passFrom, into: initSlots.passFrom },
    { kind: 'adopt', fd: initDescriptors.hostMounts, into: initSlots.hostMounts },
    openForReading('/proc/self/ns/mnt', initSlots.ownMounts),
    openForReading('/proc/self/ns/pid', initSlots.ownPids),
    path('/store', initSlots.store),
    path('/', initSlots.root),
    {
      kind: 'open',
      dir: noSlot,
      path: '/dev/null',
      flags: openFlags.O_RDWR,
      mode: 0,
      resolve: 0,
      into: initSlots.nullDevice,
    },
    ...planAttic(),
  ];
}

/** The attic: a second mount namespace, whose /attic has one mount per writable layer and volume. */
function planAttic(): readonly Op[] {
  const { MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV } = mountAttributes;
  return [
    { kind: 'unshare', flags: cloneFlags.CLONE_NEWNS },
    openForReading('/proc/self/ns/mnt', initSlots.attic),
    {
      kind: 'newMount',
      fsType: 'tmpfs',
      options: ['mode=700', 'size=16m'],
      attributes: MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
      into: initSlots.scratch,
    },
    { kind: 'attachMount', mount: initSlots.scratch, dir: noSlot, path: `/${atticDirectory}` },
    { kind: 'close', slot: initSlots.scratch },
  ];
}
