import type { Duplex, Readable, Writable } from 'node:stream';
import type {
  ContainerSpec,
  ExitStatus,
  NetworkSpec,
  ProcessSpec,
  PublishedPort,
  VolumeSpec,
} from './container.ts';
import type { Fault, FaultSpec } from './fault.ts';
import type { HostReport } from './host-feature.ts';
import type { Layer } from './image.ts';
import type { Probe, ProbeRights, Witness } from './probe.ts';

/** The port between the layers that decide and the engine that acts. `engine/linux` and `engine/fake` implement it; one contract suite runs against both. */
export interface Engine {
  readonly name: string;
  /** What this host offers; never throws for a missing feature. */
  probeHost(): Promise<HostReport>;
  openSandbox(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox>;
}

export interface SandboxSpec {
  /** Unique per run: `[a-z0-9]+`. Names cgroups and journal entries. */
  readonly runId: string;
  readonly networks: readonly NetworkSpec[];
  readonly volumes: readonly VolumeSpec[];
  readonly upper: 'auto' | 'tmpfs' | 'disk';
  /**
   * Containers that will have a `writableBytes`. Where no size can be kept, opening the sandbox is refused for them and for volumes
   * with a size (HOST_LIMIT_UNAVAILABLE), so that it is said before anything starts.
   */
  readonly limited?: readonly string[];
}

/** Everything of one run. Disposing it ends all containers and takes the census. */
export interface Sandbox extends AsyncDisposable {
  /** Makes the container and starts its process. Rejects with what refused (PROGRAM_NOT_FOUND, LAUNCH_FAILED …). */
  startContainer(spec: ContainerSpec, signal: AbortSignal): Promise<Container>;
  /** The files that layers make together, to be looked at without a container. Rejects with STORE_FAILED for layers that are gone. */
  openImageFiles(layers: readonly Layer[], signal: AbortSignal): Promise<ImageFiles>;
  /**
   * Keeps the state of all writable layers and volumes as it is now. Every container must have ended (CONTAINER_STATE else).
   * Costs nothing that grows with their size.
   */
  checkpoint(): Promise<void>;
  /**
   * Gives every container and volume a fresh copy-on-write fork of the last checkpoint; what was written since is gone. Every
   * container must have ended; `start` them again afterwards. Containers made since the checkpoint start from their image.
   */
  rewind(): Promise<void>;
  /**
   * Begins a fault, in effect when this resolves; it lasts until it is disposed of, also across restarts of its containers.
   * Faults at the same time add up. Rejects with CONTAINER_STATE for a container that does not exist, and with
   * FAULT_UNSUPPORTED for what cannot be done here: then nothing has changed.
   */
  fault(spec: FaultSpec, signal: AbortSignal): Promise<Fault>;
  /** Ends everything; idempotent. Resolves within the budget, with what was left behind: empty is the proof. */
  close(budgetMs: number): Promise<readonly Leak[]>;
}

/** Until it is disposed of. Its members are those of a container. */
export interface ImageFiles extends Pick<Container, 'stat' | 'readFile' | 'readArchive'>, AsyncDisposable {}

export interface Container {
  readonly name: string;
  /** 64 hex digits, as Docker's. */
  readonly id: string;
  readonly state: ContainerState;
  /** Where its writable layer is. */
  readonly upper: 'tmpfs' | 'disk';
  /** The main process; a new one after `start`. */
  readonly main: Process;
  readonly networks: readonly AttachedNetwork[];
  /** With real host ports. */
  readonly ports: readonly PublishedPort[];

  exec(spec: ProcessSpec, signal: AbortSignal): Promise<Process>;
  /** Again after it ended, on the same writable layer. */
  start(signal: AbortSignal): Promise<void>;
  /** Stop signal, then SIGKILL after the grace. Resolves when the container has ended. */
  stop(graceMs?: number): Promise<ExitStatus>;
  kill(signalName: string): Promise<void>;
  pause(): Promise<void>;
  unpause(): Promise<void>;
  connect(network: string): Promise<void>;
  disconnect(network: string): Promise<void>;
  /** Ends it and removes its writable layer. */
  remove(): Promise<void>;

  /** TCP from inside the container's network namespace, e.g. to `127.0.0.1` or a peer's name. */
  dial(host: string, port: number, signal: AbortSignal): Promise<Duplex>;
  /** Sockets listening in the container's network namespace; Mayfly's own DNS is not among them. */
  listening(): Promise<readonly ListeningSocket[]>;
  /** All processes of the container's PID namespace, as the kernel tells them from outside; none after its end. */
  processes(): Promise<readonly ProcessFacts[]>;
  /** What its control groups count; with `ContainerSpec.measured`, as far as the host can. */
  usage(): Promise<ContainerUsage>;

  /** A helper of ours inside it, for as long as the probe is not disposed and the container runs. */
  probe(rights: ProbeRights, signal: AbortSignal): Promise<Probe>;
  /** Its main process seen from outside; CONTAINER_STATE when it has ended. */
  witness(): Promise<Witness>;

  stat(path: string, options?: { readonly followLinks?: boolean }): Promise<FileFacts | undefined>;
  readFile(path: string, maxBytes: number): Promise<Uint8Array>;
  /** A tar stream of `path` (its base name is the root entry), as Docker's archive endpoint. */
  readArchive(path: string): Readable;
  /**
   * What differs in its own files from its image, as `docker diff` tells it; in a fork, from what was forked. Sorted, a directory
   * before what is in it. Volumes and other mounts are not among it, nor what was made to mount them on. Also after its end.
   */
  changes(most: number): Promise<FileChanges>;
  /**
   * The same as a layer of an image: a tar stream with whiteouts by name (image-spec, layer.md), owners, attributes and hard links, in
   * an order of its own alone. Once it has ended, so that nothing changes while it is read.
   */
  readLayer(): Readable;
  /** Extracts a tar stream into the existing directory `path`. */
  writeArchive(path: string, tar: Readable): Promise<void>;
}

export type ContainerState = 'running' | 'paused' | 'exited' | 'removed';

export interface Process {
  /** In the container's PID namespace; undefined after the end. */
  readonly pid: number | undefined;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  /** The same stream never carries both: with a terminal, everything is on stdout. */
  readonly stderr: Readable;
  readonly exited: Promise<ExitStatus>;
  kill(signalName: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
}

export interface AttachedNetwork {
  readonly network: string;
  readonly interfaceName: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly mac: string;
}

export interface ListeningSocket {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

export interface ProcessFacts {
  /** In the container's PID namespace. */
  readonly pid: number;
  /** Effective, as the container numbers its users. */
  readonly uid: number;
  /** Empty of a zombie. */
  readonly argv: readonly string[];
  /** The kernel's short name of it: what `comm` says. */
  readonly name: string;
}

/** Undefined: nothing counts it, because it was not asked for or the host cannot. */
export interface ContainerUsage {
  /** As `docker stats` says it: without the part of the page cache that is given back first. */
  readonly memoryBytes?: number;
  readonly cpuMs?: number;
  /** Processes and threads. */
  readonly pids?: number;
  readonly oomKills?: number;
  /** Periods of 100 ms in which it was held back for its quota of processor time. */
  readonly throttledPeriods?: number;
}

export interface FileFacts {
  readonly type: 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'char' | 'block';
  /** Permission bits, 0–0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** Of a symbolic link. */
  readonly target?: string;
}

export interface FileChanges {
  readonly entries: readonly FileChange[];
  /** There are more than the number asked for; `entries` has the first. */
  readonly isCut: boolean;
}

export interface FileChange {
  /** Absolute, in the container. */
  readonly path: string;
  /** A deleted directory stands for all that was in it. */
  readonly change: 'added' | 'changed' | 'deleted';
}

/** Something of the run that still exists after teardown. */
export interface Leak {
  readonly kind:
    | 'process'
    | 'mount'
    | 'namespace'
    | 'link'
    | 'cgroup'
    | 'file'
    | 'device'
    | 'socket'
    | 'port';
  /** Where and what, for a person: `/sys/fs/cgroup/memory/mayfly-x1`. */
  readonly what: string;
}
