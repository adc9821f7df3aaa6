import type { IsolationCheck } from './check.ts';
import { exceedProcessorTime } from './cpu-limit.ts';
import { exceedDisk } from './disk-limit.ts';
import { exceedMemory } from './memory-limit.ts';
import { exceedProcesses } from './process-count-limit.ts';

/** Each runs into a limit, in a twin. */
export const resourceLimitChecks: readonly IsolationCheck[] = [
  {
    id: 'limit.memory',
    claim: 'Going over the memory limit kills inside, is counted, and leaves the others alone.',
    probed:
      'mmap(MAP_POPULATE) in a twin: half of the limit must be had, more than all of it must end with SIGKILL; its group has counted the kill, and no other service has lost a process',
    source: 'cgroup-v1/memory.rst, cgroup-v2.rst "memory.max"; CIS Docker 5.10',
    profile: 'standard',
    look: exceedMemory,
  },
  {
    id: 'limit.pids',
    claim: 'A fork bomb stops at the limit.',
    probed:
      'clone in a twin until it is refused: with EAGAIN, when exactly as many are counted as were declared; a sibling can make one then',
    source: 'cgroup-v1/pids.rst, cgroup-v2.rst "pids.max"; CIS Docker 5.28',
    profile: 'standard',
    look: exceedProcesses,
  },
  {
    id: 'limit.cpu',
    claim: 'The share of processor time stays within the quota.',
    probed:
      'helpers in a twin work without a pause, one more than the quota has processors: what their group counts is within it, and the kernel says that it held them back',
    source: 'scheduler/sched-bwc.rst; CIS Docker 5.11',
    profile: 'standard',
    look: exceedProcessorTime,
  },
  {
    id: 'limit.disk',
    claim: 'The size limit of the writable layer (`storage_opt.size`) holds.',
    probed:
      'fallocate in the root of a twin: most of the size can be had, a page more than all of it is ENOSPC',
    source: 'tmpfs(5), fallocate(2)',
    profile: 'standard',
    look: exceedDisk,
  },
];
