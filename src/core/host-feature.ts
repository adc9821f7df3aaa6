/** Features that `requires:` may name and `doctor` reports. */
export const hostFeatures = [
  'linux',
  'launcher',
  'userns',
  'subids',
  'overlay',
  'tmpfs-upper',
  'disk-limit',
  'idmap',
  'seccomp',
  'cgroup-memory',
  'cgroup-pids',
  'cgroup-cpu',
  'net',
  'ipv6',
  'egress',
  'policies',
  'policies-stateful',
  'fault-rate',
  'fault-delay',
  'fault-filter',
  'fault-reset',
  'debian-images',
] as const;

export type HostFeature = (typeof hostFeatures)[number];

export interface FeatureReport {
  readonly feature: HostFeature;
  readonly available: boolean;
  /** What was seen: `Linux 6.18`, `/etc/subuid has no line for ci`. */
  readonly evidence: string;
  /** What a scenario loses without it. */
  readonly cost: string;
  /** How to mend it; empty when available. */
  readonly remedy: string;
  /** Scenarios cannot run at all without it. */
  readonly required: boolean;
}

export interface HostReport {
  readonly user: 'root' | 'subids' | 'single-id';
  readonly features: readonly FeatureReport[];
}
