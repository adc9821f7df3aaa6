import { mountAttributes, openTreeFlags } from '../../../src/engine/linux/abi/mount-flags.ts';
import { fileTypes } from '../../../src/engine/linux/abi/open-flags.ts';
import { initSlots } from '../../../src/engine/linux/sandbox/sandbox-slots.ts';
import { noSlot, type Op, type Tape } from '../../../src/engine/linux/tape/op.ts';
import type { Sabotage } from './isolation-kit.ts';

interface Places {
  readonly root: number;
  readonly sandbox: number;
  readonly dev: number;
  readonly proc: number;
  /** Used by nothing else. */
  readonly free: number;
}

/** Adds operations just before a container's root becomes `/`; what its slots are is read off the tape as it passes. */
function beforePivot(make: (places: Places) => Tape): (op: Op) => Tape {
  let [root, dev, proc, sandbox]: number[] = [];
  return (op) => {
    if (op.kind === 'openTree' && op.path === 'dev/null') sandbox = op.dir;
    if (op.kind === 'attachMount' && op.path === 'proc') proc = op.mount;
    if (op.kind === 'attachMount' && op.path === 'dev') [root, dev] = [op.dir, op.mount];
    if (op.kind !== 'pivotRoot' || op.slot !== root) return [op];
    if (dev === undefined || proc === undefined || sandbox === undefined)
      throw new Error('a container without /dev and /proc');
    return [...make({ root, dev, proc, sandbox, free: 65_000 }), op];
  };
}

const copy = (dir: number, path: string, into: number): Op => ({
  kind: 'openTree',
  dir,
  path,
  flags: openTreeFlags.OPEN_TREE_CLONE | openTreeFlags.OPEN_TREE_CLOEXEC,
  into,
});

/** The host's null device as another file. */
const nullAt = ({ sandbox, free }: Places, dir: number, path: string): Tape => [
  { kind: 'mknod', dir, path, mode: fileTypes.S_IFREG | 0o666, device: 0 },
  copy(sandbox, 'dev/null', free),
  { kind: 'attachMount', mount: free, dir, path },
];

const undeclaredNode = {
  'dev.exact': 'nobody declared the node',
  'fs.mounts-exact': 'nobody declared the mount that brings it',
  'fs.no-host-paths': 'it comes from the /dev of the host',
};

const { MOUNT_ATTR_RDONLY } = mountAttributes;

/** Every container's writable layer is that of the first. */
function oneLayerForAll(): (op: Op) => Tape {
  let first: string | undefined;
  return (op) => {
    if (op.kind !== 'openTree' || !op.path.startsWith('/attic/')) return [op];
    first ??= op.path;
    return [{ ...op, path: first }];
  };
}

export const sabotagesOfFiles: readonly Sabotage[] = [
  {
    name: 'nothing is masked',
    tape: (op) => (op.kind === 'maskPath' ? [] : [op]),
    breaks: {
      'fs.masked-paths': 'what is broken',
      'fs.mounts-exact': 'what covers them is missing from the table',
    },
  },
  {
    name: 'settings of the kernel are not covered read-only',
    tape: (op) => (op.kind === 'readonlyPath' ? [] : [op]),
    breaks: {
      'fs.readonly-paths': 'what is broken',
      'fs.mounts-exact': 'what covers them is missing from the table',
    },
  },
  {
    name: 'a writable /sys',
    tape: (op) =>
      op.kind === 'newMount' && op.fsType === 'sysfs'
        ? [{ ...op, attributes: Number(op.attributes) & ~MOUNT_ATTR_RDONLY }]
        : [op],
    breaks: { 'fs.sys-read-only': 'what is broken', 'fs.mount-flags': 'it is not ro' },
  },
  {
    name: 'a read-only root that is writable',
    declares: (spec) => ({ ...spec, rootfs: { ...spec.rootfs, readOnly: true } }),
    spec: (spec) => ({ ...spec, rootfs: { ...spec.rootfs, readOnly: false } }),
    breaks: { 'fs.read-only-root': 'what is broken', 'fs.mount-flags': 'the root is not ro' },
  },
  {
    name: 'shared memory that may hold programs',
    tape: (op) =>
      op.kind === 'newMount' && op.options.includes('mode=1777') ? [{ ...op, attributes: 0 }] : [op],
    breaks: { 'fs.mount-flags': 'what is broken' },
  },
  {
    name: 'a file system that is called by a device of the host',
    tape: (op) =>
      op.kind === 'newMount' && op.options.includes('mode=1777')
        ? [{ ...op, options: op.options.map((each) => each.replace(/^source=.*/, 'source=/dev/loop9')) }]
        : [op],
    breaks: { 'fs.no-host-paths': 'what is broken' },
  },
  {
    name: 'a mount in a peer group',
    tape: beforePivot(({ dev }) => [
      {
        kind: 'setMountAttributes',
        slot: dev,
        set: 0,
        clear: 0,
        propagation: 0x100000, // MS_SHARED
        userns: noSlot,
        recursive: 0,
      },
    ]),
    breaks: { 'fs.propagation-private': 'what is broken' },
  },
  {
    name: 'a directory of the host',
    tape: beforePivot(({ sandbox, root, free }) => [
      { kind: 'mkdir', dir: root, path: 'mnt', mode: 0o755, flags: 1 },
      copy(sandbox, 'store', free),
      { kind: 'attachMount', mount: free, dir: root, path: 'mnt' },
    ]),
    breaks: { 'fs.no-host-paths': 'what is broken', 'fs.mounts-exact': 'nobody declared that mount' },
  },
  {
    name: 'a descriptor of the sandbox’s root',
    tape: (op) => {
      if (op.kind === 'closeRest') return [];
      return op.kind === 'dupTo' && op.fd === 2 ? [op, { kind: 'dupTo', slot: initSlots.root, fd: 9 }] : [op];
    },
    breaks: { 'fs.old-root-gone': 'what is broken', 'fd.none-inherited': 'it is a descriptor too many' },
  },
  {
    name: 'links of a container that are followed from the sandbox’s root',
    tape: (op) => (op.kind === 'open' && op.resolve === 0x10 ? [{ ...op, resolve: 0 }] : [op]),
    breaks: { 'fs.symlink-escape': 'what is broken' },
  },
  {
    name: 'one writable layer for all containers',
    tape: oneLayerForAll(),
    breaks: { 'fs.image-untouched': 'what is broken' },
  },
  {
    name: 'a file of the host where a runtime has its socket',
    tape: beforePivot((places) => [
      { kind: 'mkdir', dir: places.root, path: 'run', mode: 0o755, flags: 1 },
      ...nullAt(places, places.root, 'run/docker.sock'),
    ]),
    breaks: {
      'fs.no-runtime-socket': 'what is broken',
      'fs.mounts-exact': 'nobody declared that mount',
      'fs.no-host-paths': 'it comes from the host',
    },
  },
  {
    name: 'a handler of core dumps that can be written',
    tape: beforePivot(({ sandbox, proc, free }) => [
      copy(sandbox, 'dev/null', free),
      { kind: 'attachMount', mount: free, dir: proc, path: 'sys/kernel/core_pattern' },
    ]),
    breaks: {
      'fs.kernel-knobs': 'what is broken',
      'fs.mounts-exact': 'nobody declared what is mounted there',
      'fs.no-host-paths': 'what is mounted there is a node of the host',
    },
  },
  {
    name: 'a block device that can be opened',
    tape: beforePivot((places) => nullAt(places, places.dev, 'sda')),
    breaks: { 'dev.no-block': 'what is broken', ...undeclaredNode },
  },
  {
    name: 'memory of the machine that can be opened',
    tape: beforePivot((places) => nullAt(places, places.dev, 'mem')),
    breaks: { 'dev.no-mem': 'what is broken', ...undeclaredNode },
  },
];
