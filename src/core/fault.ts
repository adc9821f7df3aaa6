import type { HostFeature } from './host-feature.ts';

/** What `fault` steps are called (language.md R25), in the order of the documentation. */
export const faultWords = [
  'partition',
  'loss',
  'delay',
  'rate',
  'reset',
  'dns',
  'kill',
  'pause',
  'disk_full',
] as const;

export type FaultWord = (typeof faultWords)[number];

/**
 * What an engine can break and mend again (language.md R25), in names of containers. `kill` and `pause` are not here: they are
 * methods of `Container`, and the runner, which knows whether a service's end was expected, does them.
 */
export type FaultSpec =
  | PartitionFault
  | LossFault
  | DelayFault
  | RateFault
  | ResetFault
  | DnsFault
  | DiskFullFault;

/**
 * Packets that are lost on every network the two sides share, whatever they carry but questions about hardware addresses;
 * connections that are open stay so, and starve.
 */
export interface PartitionFault {
  readonly kind: 'partition';
  /** What `from` sends to `to` is dropped. A cut of both ways is two of these. */
  readonly cuts: readonly { readonly from: readonly string[]; readonly to: readonly string[] }[];
}

/** What these containers exchange with `peers`, in both directions, on all their networks; without `peers`, with anyone. */
interface OnTraffic {
  readonly containers: readonly string[];
  readonly peers?: readonly string[];
}

/** Each packet is dropped with this probability, independently of others. */
export interface LossFault extends OnTraffic {
  readonly kind: 'loss';
  /** More than 0, at most 100. */
  readonly percent: number;
}

/** Ends the TCP connections that are open, and those that are tried while it lasts, with a RST to both sides. */
export interface ResetFault extends OnTraffic {
  readonly kind: 'reset';
  /** Of either side; undefined: all. */
  readonly port?: number;
}

/** Each packet that a container sends or receives comes later: a round trip takes twice as long. Order is kept. */
export interface DelayFault {
  readonly kind: 'delay';
  readonly containers: readonly string[];
  readonly delayMs: number;
  /** Uniformly distributed, `delayMs` plus or minus this much. */
  readonly jitterMs: number;
}

/** A slow line, on each of its networks and in each direction. */
export interface RateFault {
  readonly kind: 'rate';
  readonly containers: readonly string[];
  /** Of whole frames. */
  readonly bytesPerSecond: number;
}

/** What the sandbox's own name server tells these containers. */
export interface DnsFault {
  readonly kind: 'dns';
  readonly containers: readonly string[];
  /** Undefined: every name. Compared without letter case; a name means those below it, too. */
  readonly names?: readonly string[];
  readonly answer: 'nxdomain' | 'servfail' | 'slow';
  /** Only of `slow`: the right answer, so much later. */
  readonly delayMs?: number;
}

/** Writing finds no space (ENOSPC). Needs a file system with a limit. */
export interface DiskFullFault {
  readonly kind: 'disk_full';
  readonly container: string;
  /** Any path on the file system to fill; `/` is the writable layer. */
  readonly path: string;
}

/** All that a fault names. */
export function containersOf(spec: FaultSpec): readonly string[] {
  switch (spec.kind) {
    case 'partition':
      return spec.cuts.flatMap(({ from, to }) => [...from, ...to]);
    case 'loss':
    case 'reset':
      return [...spec.containers, ...(spec.peers ?? [])];
    case 'disk_full':
      return [spec.container];
    default:
      return spec.containers;
  }
}

/** A fault that lasts until it is disposed of. Disposing undoes it, whole, and is idempotent; the end of the sandbox undoes it too. */
export interface Fault extends AsyncDisposable {
  readonly spec: FaultSpec;
}

/** What the host must have for a kind; those that are not here need nothing. Asked before anything starts. */
export const featureOfFault: Readonly<Partial<Record<FaultWord, HostFeature>>> = {
  // Only a file system of its own has a size that can be taken away; with `upper: disk` that is `disk-limit`.
  disk_full: 'tmpfs-upper',
  rate: 'fault-rate',
  delay: 'fault-delay',
  partition: 'fault-filter',
  loss: 'fault-filter',
  reset: 'fault-reset',
};
