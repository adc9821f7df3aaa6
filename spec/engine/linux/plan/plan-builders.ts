import type { ContainerSpec, ProcessSpec } from '../../../../src/core/container.ts';
import type { ContainerInput } from '../../../../src/engine/linux/plan/container-input.ts';
import type { ResolvedUser } from '../../../../src/engine/linux/plan/resolve-user.ts';
import type { Op, Tape } from '../../../../src/engine/linux/tape/op.ts';
import type { OpKind } from '../../../../src/engine/linux/tape/op-table.ts';

export const root: ResolvedUser = { uid: 0, gid: 0, groups: [0], home: '/root' };
export const alice: ResolvedUser = { uid: 1000, gid: 1000, groups: [1000, 27], home: '/home/alice' };

export const process: ProcessSpec = {
  argv: ['sh', '-c', 'true'],
  environment: [],
  workingDir: '/',
  user: '',
  groupAdd: [],
  tty: false,
  stdin: false,
  capabilities: ['CHOWN', 'KILL'],
  noNewPrivileges: true,
  seccomp: { kind: 'default' },
  rlimits: [],
  oomScoreAdj: 0,
};

const layer = { directory: 'l', diffId: 'sha256:0', sizeBytes: 0 };

export const spec: ContainerSpec = {
  name: 'web',
  hostname: 'web',
  domainname: '',
  rootfs: { layers: [layer, layer], readOnly: false },
  process,
  init: true,
  mounts: [],
  network: { kind: 'attached', attachments: [] },
  ports: [],
  limits: {},
  sysctls: {},
  devices: [],
  extraHosts: [],
  dns: [],
  shmBytes: 64 * 2 ** 20,
  stopSignal: 'SIGTERM',
  stopGraceMs: 10_000,
  maskedPaths: [],
  readonlyPaths: [],
  labels: {},
  annotations: {},
};

export const input: ContainerInput = {
  spec,
  imageKey: 'i1',
  user: root,
  addresses: ['10.0.0.2'],
  seccomp: { flags: 0, filter: new Uint8Array(8) },
  slots: {
    firstFree: 100,
    upper: { kind: 'slot', slot: 10, type: 'directory' },
    below: [],
    mounts: [],
    devices: {},
    stdio: { kind: 'pipes', stdout: 21, stderr: 22 },
    cgroupProcs: [],
  },
  facts: { mappedIds: 65_536, ownsNetwork: true, cgroup2: false, inheritedOomScoreAdj: 0 },
};

export function kindsOf(tape: Tape): readonly OpKind[] {
  return tape.map(({ kind }) => kind);
}

export function opsOf<K extends OpKind>(tape: Tape, kind: K): readonly Extract<Op, { readonly kind: K }>[] {
  return tape.filter((op): op is Extract<Op, { readonly kind: K }> => op.kind === kind);
}

/** Where the first operation that fits stands; fails when there is none. */
export function indexOf(tape: Tape, what: string, fits: (op: Op) => boolean): number {
  const index = tape.findIndex(fits);
  if (index < 0) throw new Error(`no operation on the tape is ${what}`);
  return index;
}
