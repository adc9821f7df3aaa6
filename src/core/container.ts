import type { Layer } from './image.ts';
import type { NetworkPolicy } from './network-policy.ts';

/** Everything an engine needs to start one container: nothing is left to default. */
export interface ContainerSpec {
  /** Unique in its sandbox. */
  readonly name: string;
  readonly hostname: string;
  readonly domainname: string;
  readonly rootfs: RootfsSpec;
  readonly process: ProcessSpec;
  /** Its program is a helper of ours that waits, whatever `process.argv` says: for what is only looked at. */
  readonly idle?: true;
  /** A reaping PID 1 of ours runs the process as its child. */
  readonly init: boolean;
  readonly mounts: readonly MountSpec[];
  readonly network: ContainerNetwork;
  readonly ports: readonly PublishedPort[];
  readonly limits: ResourceLimits;
  /** What it uses is counted, as far as the host can, even where nothing is limited. */
  readonly measured?: true;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly devices: readonly string[];
  /** Lines of /etc/hosts beside the container's own: `name` → address. */
  readonly extraHosts: readonly { readonly name: string; readonly address: string }[];
  /** Addresses of DNS servers asked for names Mayfly does not know; only with egress. */
  readonly dns: readonly string[];
  readonly shmBytes: number;
  readonly stopSignal: string;
  readonly stopGraceMs: number;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RootfsSpec {
  /** Lowest first. */
  readonly layers: readonly Layer[];
  readonly readOnly: boolean;
  /** Size of the private writable layer; undefined means the engine's default. */
  readonly writableBytes?: number;
}

/** What is to be executed and with which rights; for a container's main process and for `exec` alike. */
export interface ProcessSpec {
  readonly argv: readonly string[];
  /** `NAME=value`, complete: HOME, PATH and HOSTNAME are added by the engine only where absent. */
  readonly environment: readonly string[];
  /** Absolute inside the container; made when missing. */
  readonly workingDir: string;
  /** `user[:group]`, names (resolved in the image) or numbers; empty means root. */
  readonly user: string;
  readonly groupAdd: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
  /** Without `CAP_`, upper case, e.g. `NET_BIND_SERVICE`. Bounding, permitted and effective sets. */
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly seccomp: SeccompChoice;
  readonly rlimits: readonly Rlimit[];
  readonly oomScoreAdj: number;
}

export type SeccompChoice =
  | { readonly kind: 'default' }
  | { readonly kind: 'unconfined' }
  /** An OCI-format profile (runtime-spec config-linux.md, `linux.seccomp`), already read. */
  | { readonly kind: 'profile'; readonly profile: import('./json.ts').JsonObject };

export interface Rlimit {
  /** Lower case without `RLIMIT_`: `nofile`. */
  readonly name: string;
  /** -1 means unlimited. */
  readonly soft: number;
  readonly hard: number;
}

export type MountSpec =
  | {
      readonly kind: 'volume';
      readonly volume: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly copyImageContent: boolean;
    }
  | { readonly kind: 'bind'; readonly hostPath: string; readonly target: string; readonly readOnly: boolean }
  | {
      readonly kind: 'tmpfs';
      readonly target: string;
      readonly sizeBytes?: number;
      readonly mode?: number;
      readonly readOnly: boolean;
    }
  /** A small file with given content (configs, secrets). */
  | {
      readonly kind: 'file';
      readonly target: string;
      readonly content: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

export type ContainerNetwork =
  | { readonly kind: 'none' }
  | { readonly kind: 'attached'; readonly attachments: readonly NetworkAttachment[] }
  /** Shares the network namespace of another container of the sandbox. */
  | { readonly kind: 'shared'; readonly container: string };

export interface NetworkAttachment {
  readonly network: string;
  /** Names beside the container's own under which members of that network find it. */
  readonly aliases: readonly string[];
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly mac?: string;
}

export interface PublishedPort {
  /** On the host; loopback addresses only unless the command line allows more. `localhost` means 127.0.0.1 and ::1, with one number. */
  readonly hostAddress: string;
  /** 0 means any free port. */
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp';
}

/** Undefined means unlimited. A limit that cannot be enforced is an error, never ignored. */
export interface ResourceLimits {
  readonly memoryBytes?: number;
  /** Memory and swap together, as Docker's `--memory-swap`. */
  readonly memorySwapBytes?: number;
  /** In cores: 0.5 is half of one. */
  readonly cpus?: number;
  readonly cpuset?: string;
  readonly pids?: number;
}

export interface NetworkSpec {
  readonly name: string;
  /** CIDR; undefined means one from the engine's pool. */
  readonly subnet4?: string;
  readonly subnet6?: string;
  readonly egress: boolean;
  /** Undefined: every member reaches every other. */
  readonly policy?: NetworkPolicy;
}

export interface VolumeSpec {
  readonly name: string;
  readonly sizeBytes?: number;
}

export interface ExitStatus {
  /** 0–255; 128 + signal when killed by one. */
  readonly code: number;
  /** `SIGKILL`, … when killed by a signal. */
  readonly signal?: string;
  readonly oomKilled: boolean;
  /** Its container was at its limit of processes, and the kernel refused it one more. */
  readonly processRefused?: true;
}
