import type { ContainerUsage } from '../../../core/engine.ts';
import type { Host } from '../host.ts';
import type { CgroupFacts } from '../plan/cgroup-facts.ts';
import type { CgroupPlan } from '../plan/plan-cgroup.ts';

type Read = (path: string) => string;

/**
 * What the kernel counts in a container's groups; what has no group, or no file there, is left out. Its files are no disk's:
 * reading them takes microseconds, which a thread for each would only add to, several times a second.
 */
export function readCgroupUsage(
  host: Pick<Host, 'readTextNow'>,
  directories: CgroupPlan['directories'],
  version: CgroupFacts['version'],
): ContainerUsage {
  const read = readerOf(host);
  const facts = version === 'v2' ? readV2(read, directories) : readV1(read, directories);
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

export interface LimitsHit {
  /** The kernel has killed in the container for want of memory. */
  readonly oomKilled: boolean;
  /** The kernel has refused it a process (pids.events, in both versions). */
  readonly processRefused?: true;
}

/** Which limits a container has run into so far; none where nothing counts it. */
export function readLimitsHit(
  host: Pick<Host, 'readTextNow'>,
  { memory, pids }: CgroupPlan['directories'],
  version: CgroupFacts['version'],
): LimitsHit {
  const read = readerOf(host);
  const refused = pids === undefined ? undefined : field(read(`${pids}/pids.events`), 'max');
  return {
    oomKilled: (oomKillsIn(read, memory, version) ?? 0) > 0,
    ...((refused ?? 0) > 0 && { processRefused: true }),
  };
}

function readerOf(host: Pick<Host, 'readTextNow'>): Read {
  return (path) => host.readTextNow(path) ?? '';
}

function oomKillsIn(
  read: Read,
  memory: string | undefined,
  version: CgroupFacts['version'],
): number | undefined {
  const file = version === 'v2' ? 'memory.events' : 'memory.oom_control';
  return memory === undefined ? undefined : field(read(`${memory}/${file}`), 'oom_kill');
}

type Usage = { readonly [Key in keyof ContainerUsage]: number | undefined };

/** cgroup-v2.rst, "Core Interface Files", "Memory", "CPU" and "PID". */
function readV2(read: Read, { memory, pids, cpu }: CgroupPlan['directories']): Usage {
  const any = memory ?? pids ?? cpu;
  const usageUs = any === undefined ? undefined : field(read(`${any}/cpu.stat`), 'usage_usec');
  return {
    memoryBytes:
      memory === undefined
        ? undefined
        : memoryOf(read, `${memory}/memory.current`, `${memory}/memory.stat`, 'inactive_file'),
    cpuMs: usageUs === undefined ? undefined : usageUs / 1e3,
    pids: pids === undefined ? undefined : number(read(`${pids}/pids.current`)),
    oomKills: oomKillsIn(read, memory, 'v2'),
    throttledPeriods: throttledIn(read, cpu),
  };
}

/** cgroup-v1/memory.rst, cpuacct.rst and pids.rst. */
function readV1(read: Read, { memory, pids, cpu, cpuacct }: CgroupPlan['directories']): Usage {
  const usageNs = cpuacct === undefined ? undefined : number(read(`${cpuacct}/cpuacct.usage`));
  return {
    memoryBytes:
      memory === undefined
        ? undefined
        : memoryOf(read, `${memory}/memory.usage_in_bytes`, `${memory}/memory.stat`, 'total_inactive_file'),
    cpuMs: usageNs === undefined ? undefined : usageNs / 1e6,
    pids: pids === undefined ? undefined : number(read(`${pids}/pids.current`)),
    oomKills: oomKillsIn(read, memory, 'v1'),
    throttledPeriods: throttledIn(read, cpu),
  };
}

/** scheduler/sched-bwc.rst: the same in both. */
function throttledIn(read: Read, cpu: string | undefined): number | undefined {
  return cpu === undefined ? undefined : field(read(`${cpu}/cpu.stat`), 'nr_throttled');
}

/** As Docker's command line counts it (docker/cli, calculateMemUsageUnixNoCache). */
function memoryOf(read: Read, usageFile: string, statFile: string, cacheField: string): number | undefined {
  const bytes = number(read(usageFile));
  const cache = field(read(statFile), cacheField) ?? 0;
  return bytes === undefined ? undefined : bytes - (cache < bytes ? cache : 0);
}

function number(text: string): number | undefined {
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

function field(text: string, name: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : number(line.slice(name.length + 1));
}
