import type { ContainerUsage } from '../../../core/engine.ts';
import type { Host } from '../host.ts';
import type { CgroupFacts } from '../plan/cgroup-facts.ts';
import type { CgroupPlan } from '../plan/plan-cgroup.ts';

type Read = (path: string) => Promise<string>;

/** What the kernel counts in a container's groups; what has no group, or no file there, is left out. */
export async function readCgroupUsage(
  host: Pick<Host, 'readText'>,
  directories: CgroupPlan['directories'],
  version: CgroupFacts['version'],
): Promise<ContainerUsage> {
  const read: Read = async (path) => (await host.readText(path)) ?? '';
  const facts = version === 'v2' ? await readV2(read, directories) : await readV1(read, directories);
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

type Usage = { readonly [Key in keyof ContainerUsage]: number | undefined };

/** cgroup-v2.rst, "Core Interface Files", "Memory", "CPU" and "PID". */
async function readV2(read: Read, { memory, pids, cpu }: CgroupPlan['directories']): Promise<Usage> {
  const any = memory ?? pids ?? cpu;
  const usageUs = any === undefined ? undefined : field(await read(`${any}/cpu.stat`), 'usage_usec');
  return {
    memoryBytes:
      memory === undefined
        ? undefined
        : await memoryOf(read, `${memory}/memory.current`, `${memory}/memory.stat`, 'inactive_file'),
    cpuMs: usageUs === undefined ? undefined : usageUs / 1e3,
    pids: pids === undefined ? undefined : number(await read(`${pids}/pids.current`)),
    oomKills: memory === undefined ? undefined : field(await read(`${memory}/memory.events`), 'oom_kill'),
  };
}

/** cgroup-v1/memory.rst, cpuacct.rst and pids.rst. */
async function readV1(read: Read, { memory, pids, cpuacct }: CgroupPlan['directories']): Promise<Usage> {
  const usageNs = cpuacct === undefined ? undefined : number(await read(`${cpuacct}/cpuacct.usage`));
  return {
    memoryBytes:
      memory === undefined
        ? undefined
        : await memoryOf(
            read,
            `${memory}/memory.usage_in_bytes`,
            `${memory}/memory.stat`,
            'total_inactive_file',
          ),
    cpuMs: usageNs === undefined ? undefined : usageNs / 1e6,
    pids: pids === undefined ? undefined : number(await read(`${pids}/pids.current`)),
    oomKills:
      memory === undefined ? undefined : field(await read(`${memory}/memory.oom_control`), 'oom_kill'),
  };
}

/** As Docker's command line counts it (docker/cli, calculateMemUsageUnixNoCache). */
async function memoryOf(
  read: Read,
  usageFile: string,
  statFile: string,
  cacheField: string,
): Promise<number | undefined> {
  const bytes = number(await read(usageFile));
  const cache = field(await read(statFile), cacheField) ?? 0;
  return bytes === undefined ? undefined : bytes - (cache < bytes ? cache : 0);
}

function number(text: string): number | undefined {
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

function field(text: string, name: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : number(line.slice(name.length + 1));
}
