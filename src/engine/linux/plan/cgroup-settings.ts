import type { ResourceLimits } from '../../../core/container.ts';
import type { CgroupController, CgroupFacts } from './cgroup-facts.ts';

/** One value to write in a controller's directory. */
export interface CgroupSetting {
  readonly controller: CgroupController;
  readonly file: string;
  readonly value: string;
}

/** The kernel's default period of CFS bandwidth control (sched-bwc.rst), which Docker uses too. */
const periodUs = 100_000;
/** The smallest quota the kernel takes. */
const leastQuotaUs = 1000;

/** The files that make the limits true, in the order in which the kernel takes them. */
export function cgroupSettings(limits: ResourceLimits, facts: CgroupFacts): readonly CgroupSetting[] {
  return [
    ...memorySettings(limits, facts),
    ...pidsSettings(limits),
    ...cpuSettings(limits, facts),
    ...cpusetSettings(limits, facts),
  ];
}

/** Without a limit of its own, swap may be as large as memory, as in Docker. */
function memorySettings(
  { memoryBytes, memorySwapBytes }: ResourceLimits,
  facts: CgroupFacts,
): readonly CgroupSetting[] {
  if (memoryBytes === undefined) return [];
  const together = memorySwapBytes ?? memoryBytes * 2;
  const setting = (file: string, value: string): CgroupSetting => ({ controller: 'memory', file, value });
  if (facts.version === 'v2') {
    const swap = together < 0 ? 'max' : String(together - memoryBytes);
    return [
      setting('memory.max', String(memoryBytes)),
      ...(facts.swap ? [setting('memory.swap.max', swap)] : []),
    ];
  }
  const memory = setting('memory.limit_in_bytes', String(memoryBytes));
  return facts.swap ? [memory, setting('memory.memsw.limit_in_bytes', String(together))] : [memory];
}

function pidsSettings({ pids }: ResourceLimits): readonly CgroupSetting[] {
  return pids === undefined
    ? []
    : [{ controller: 'pids', file: 'pids.max', value: pids < 0 ? 'max' : String(pids) }];
}

function cpuSettings({ cpus }: ResourceLimits, facts: CgroupFacts): readonly CgroupSetting[] {
  if (cpus === undefined) return [];
  const quotaUs = Math.max(leastQuotaUs, Math.round(cpus * periodUs));
  if (facts.version === 'v2')
    return [{ controller: 'cpu', file: 'cpu.max', value: `${quotaUs} ${periodUs}` }];
  return [
    { controller: 'cpu', file: 'cpu.cfs_period_us', value: String(periodUs) },
    { controller: 'cpu', file: 'cpu.cfs_quota_us', value: String(quotaUs) },
  ];
}

function cpusetSettings({ cpuset }: ResourceLimits, facts: CgroupFacts): readonly CgroupSetting[] {
  if (cpuset === undefined) return [];
  const cpus: CgroupSetting = { controller: 'cpuset', file: 'cpuset.cpus', value: cpuset };
  return facts.version === 'v2'
    ? [cpus]
    : [cpus, { controller: 'cpuset', file: 'cpuset.mems', value: facts.cpusetMems }];
}
