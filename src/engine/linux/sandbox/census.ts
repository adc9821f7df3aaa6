import { setTimeout as sleep } from 'node:timers/promises';
import type { Leak } from '../../../core/engine.ts';
import type { Host } from '../host.ts';
import type { CgroupFacts } from '../plan/cgroup-facts.ts';
import type { OpenedSandbox } from './open-sandbox.ts';

export interface CensusChoice {
  readonly runId: string;
  readonly cgroups: CgroupFacts;
  readonly budgetMs: number;
  readonly now: () => number;
}

const pollMs = 5;

/** Looks for what a run may have left behind, again and again until there is nothing or the budget is spent. */
export async function takeCensus(host: Host, opened: OpenedSandbox, choice: CensusChoice): Promise<readonly Leak[]> {
  const deadline = choice.now() + choice.budgetMs;
  for (;;) {
    const leaks = await look(host, opened, choice);
    if (leaks.length === 0 || choice.now() >= deadline) return leaks;
    await sleep(pollMs);
  }
}

async function look(host: Host, opened: OpenedSandbox, { runId, cgroups }: CensusChoice): Promise<readonly Leak[]> {
  const directories = [...new Set(Object.values(cgroups.controllers))].map((parent) => `${parent}/mayfly-${runId}`);
  const [processes, groups] = await Promise.all([
    Promise.all([opened.supervisorPid, opened.initPid].map((pid) => isAlive(host, pid))),
    Promise.all(directories.map(async (path) => ((await host.exists(path)) ? path : undefined))),
  ]);
  return [
    ...[opened.supervisorPid, opened.initPid].flatMap((pid, at): readonly Leak[] =>
      processes[at] === true ? [{ kind: 'process', what: `pid ${pid}` }] : [],
    ),
    ...groups.flatMap((path): readonly Leak[] => (path === undefined ? [] : [{ kind: 'cgroup', what: path }])),
  ];
}

/** A zombie is dead: it waits for its parent, not for us. */
async function isAlive(host: Host, pid: number): Promise<boolean> {
  const stat = await host.readText(`/proc/${pid}/stat`);
  return stat !== undefined && !/^\d+ \(.*\) Z/s.test(stat);
}
