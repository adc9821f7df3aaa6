import type { ContainerSpec, ProcessSpec, PublishedPort } from '../../../core/container.ts';
import type { AttachedNetwork, ContainerUsage } from '../../../core/engine.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import type { IpAddress } from '../net/ip.ts';
import type { UserDatabase } from '../plan/resolve-user.ts';
import type { OutsideView } from '../sandbox/outside-view.ts';
import type { LimitsHit } from '../sandbox/read-cgroup-usage.ts';
import type { SlotPool } from '../sandbox/slot-pool.ts';
import type { SeccompProgram } from '../seccomp/seccomp-program.ts';
import type { Slot } from '../tape/op.ts';
import type { LinuxProcess } from './linux-process.ts';
import type { RootParts } from './own-files.ts';

/** Slots of a container's own, filled at each start. */
export interface ContainerHandles {
  readonly pidfd: Slot;
  /** Its mount namespace. */
  readonly mounts: Slot;
}

/** What a container needs of the sandbox it lives in. */
export interface ContainerHome {
  readonly init: LauncherClient;
  readonly slots: SlotPool;
  readonly mappedIds: number;
  readonly inheritedOomScoreAdj: number;
  readonly ipv6: boolean;
  readonly upper: 'tmpfs' | 'disk';
  /** Starts the main process, on the writable layer of before if there is one. */
  launch(spec: ContainerSpec, handles: ContainerHandles): Promise<LinuxProcess>;
  seccompFor(process: ProcessSpec): SeccompProgram | undefined;
  imageUsers(spec: ContainerSpec): Promise<UserDatabase>;
  /** Descriptors of the container's cgroups, for processes that join. */
  cgroupsOf(container: string): readonly Slot[];
  limitsHitBy(container: string): Promise<LimitsHit>;
  usageOf(container: string): Promise<ContainerUsage>;
  readonly outside: OutsideView;
  /** The machine's own numbers of system calls. */
  readonly systemCalls: Readonly<Record<string, number>>;
  /** Afterwards `initSlots.probe` holds the program of probes. */
  provideProbe(): Promise<void>;
  /** Of what its root is put together. */
  partsOf(spec: ContainerSpec): RootParts;
  networksOf(container: string): readonly AttachedNetwork[];
  portsOf(container: string): readonly PublishedPort[];
  /** The addresses a name has for a container; undefined: no such name on its networks. */
  resolve(container: string, name: string, signal: AbortSignal): Promise<readonly IpAddress[] | undefined>;
  connect(container: string, pidfd: Slot, network: string): Promise<void>;
  disconnect(container: string, network: string): Promise<void>;
  removeContainer(spec: ContainerSpec, handles: ContainerHandles): Promise<void>;
}
