import type { ContainerSpec } from '../../../core/container.ts';
import type { SeccompProgram } from '../seccomp/seccomp-program.ts';
import type { Slot } from '../tape/op.ts';
import type { ResolvedUser } from './resolve-user.ts';

/** Everything the tape of a container depends on: the same input gives the same tape. */
export interface ContainerInput {
  readonly spec: ContainerSpec;
  /** The directory below `/images` that `planImageLinks` filled; it may be unused when there are no layers. */
  readonly imageKey: string;
  readonly user: ResolvedUser;
  /** The container's own addresses, IPv4 first, for /etc/hosts. */
  readonly addresses: readonly string[];
  /** Undefined: no filter. */
  readonly seccomp: SeccompProgram | undefined;
  readonly slots: ContainerSlots;
  readonly facts: ContainerFacts;
}

interface ContainerSlots {
  /** The tape gives out numbers of its own from here on. */
  readonly firstFree: Slot;
  /** Holds the directories `upper` and `work`. */
  readonly upper: MountSource;
  /** Former writable layers that lie above the image's, top first; each holds `upper`. */
  readonly below: readonly Slot[];
  /** For each of `spec.mounts` at the same index; of kinds other than volume and bind undefined. */
  readonly mounts: readonly (MountSource | undefined)[];
  /** Device nodes by their path on the host, for `spec.devices`. */
  readonly devices: Readonly<Record<string, MountSource>>;
  readonly stdio: StdioSlots;
  /** Writable descriptors of `cgroup.procs`, opened by a process with the rights to them. */
  readonly cgroupProcs: readonly Slot[];
  /** A program of ours instead of one of the image. */
  readonly program?: Slot;
}

/** A detached mount, or what to take a copy of: a path in the sandbox, as the container's child sees it. */
export type MountSource =
  | { readonly kind: 'slot'; readonly slot: Slot; readonly type: 'file' | 'directory' }
  | { readonly kind: 'path'; readonly path: string; readonly type: 'file' | 'directory' };

export type StdioSlots =
  | { readonly kind: 'pipes'; readonly stdin?: Slot; readonly stdout: Slot; readonly stderr: Slot }
  /** A new pseudo-terminal, whose master is pumped as `stream` for `process`. */
  | { readonly kind: 'terminal'; readonly stream: number; readonly process: number };

export interface ContainerFacts {
  /** Ids 0 to this, exclusive, are mapped in the container: 65,536, or 1 in single-id mode. */
  readonly mappedIds: number;
  /** Its network namespace belongs to its own user namespace; else a new sysfs is refused (kernel-notes). */
  readonly ownsNetwork: boolean;
  /** The kernel has cgroup v2 mounted as the only hierarchy, so that the container can be shown its part. */
  readonly cgroup2: boolean;
  /** What the launcher itself has; other values are written, and lowering it may be refused. */
  readonly inheritedOomScoreAdj: number;
}
