/** Controllers that limits of a container need, and `cpuacct`, which counts the time in v1; in v2 every group counts it. */
export type CgroupController = 'memory' | 'pids' | 'cpu' | 'cpuset' | 'cpuacct';

/** What the host's control groups allow this user, as probed. */
export interface CgroupFacts {
  /** Hybrid: controllers are v1, the v2 tree has none. */
  readonly version: 'v1' | 'v2' | 'hybrid' | 'none';
  /**
   * The directory below which groups may be made, by controller; absent: not there, or not ours to use. With v2 they are all
   * the same directory.
   */
  readonly controllers: Readonly<Partial<Record<CgroupController, string>>>;
  /** v2: what the parent directory's `cgroup.subtree_control` holds already. */
  readonly enabled: readonly string[];
  /** The kernel counts swap: `memory.memsw.limit_in_bytes` or `memory.swap.max` is there. */
  readonly swap: boolean;
  /** v1: `cpuset.cpus` and `cpuset.mems` of the parent directory; a new group has none and can hold nobody. */
  readonly cpusetCpus: string;
  readonly cpusetMems: string;
}
