import { setTimeout as sleep } from 'node:timers/promises';
import type { Leak } from '../../../core/engine.ts';
import type { Host } from '../host.ts';
import type { CgroupFacts } from '../plan/cgroup-facts.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import type { LoopDevice } from './writable-places.ts';

export interface CensusChoice {
  readonly runId: string;
  readonly cgroups: CgroupFacts;
  readonly budgetMs: number;
  readonly now: () => number;
}

/** Writable layers that are not in memory. */
export interface OnDisk {
  readonly upperDirectory?: string;
  readonly loopDevices: readonly LoopDevice[];
}

/** What a sandbox consists of, seen from the host while it is alive. */
export interface SandboxSnapshot {
  /** `pid:[4026532…]`, `net:[…]`, … of all its processes. */
  readonly namespaces: ReadonlySet<string>;
  readonly onDisk: OnDisk;
  /** In the unit of starttime in /proc/PID/stat. */
  readonly takenAtTicks: number;
}

const firstPollMs = 5;
/** Whoever has waited for a while can wait a little longer: a look at everything is work for the machine. */
const longestPollMs = 100;
/** starttime, the 22nd field of /proc/PID/stat, counted from the state, the third (proc(5)). */
const startField = 19;
const namespaceKinds = ['pid', 'net', 'mnt', 'user', 'ipc', 'uts', 'cgroup'] as const;
/** A survivor is in one of the run's user namespaces, or entered a network or pid namespace from outside. */
const searchedKinds = ['user', 'net', 'pid', 'mnt'] as const;
/** Everything of ours that has a name on the host has the run's in it. */
const nameOf = (runId: string): string => `mayfly-${runId}`;

/** Taken before teardown: afterwards nobody could tell which namespaces were the run's. */
export function takeSnapshot(host: Host, { initPid }: OpenedSandbox, onDisk: OnDisk): SandboxSnapshot {
  const proc = `/proc/${initPid}/root/proc`;
  const own = new Set(namespaceKinds.map((kind) => host.readLinkNow(`/proc/self/ns/${kind}`)));
  const namespaces = new Set<string>();
  for (const pid of host.listNow(proc).filter((name) => /^\d+$/.test(name))) {
    for (const kind of namespaceKinds) {
      const namespace = host.readLinkNow(`${proc}/${pid}/ns/${kind}`);
      if (namespace !== undefined && !own.has(namespace)) namespaces.add(namespace);
    }
  }
  return { namespaces, onDisk, takenAtTicks: ticksSinceBoot(host) };
}

/** Looks for what a run may have left behind, again and again until there is nothing or the budget is spent. */
export async function takeCensus(
  host: Host,
  opened: OpenedSandbox,
  snapshot: SandboxSnapshot,
  choice: CensusChoice,
): Promise<readonly Leak[]> {
  const deadline = choice.now() + choice.budgetMs;
  for (let pollMs = firstPollMs; ; pollMs = Math.min(longestPollMs, pollMs * 1.2)) {
    const leaks = look(host, opened, snapshot, choice);
    if (leaks.length === 0 || choice.now() >= deadline) return leaks;
    await sleep(pollMs);
  }
}

/** proc(5): of the first number of /proc/uptime and of starttime in /proc/PID/stat, whose unit is 1/100 s on every Linux. */
function ticksSinceBoot(host: Host): number {
  return Math.ceil(Number(host.readTextNow('/proc/uptime')?.split(' ')[0] ?? Number.POSITIVE_INFINITY) * 100);
}

function look(
  host: Host,
  opened: OpenedSandbox,
  snapshot: SandboxSnapshot,
  choice: CensusChoice,
): readonly Leak[] {
  return [
    ...survivingProcesses(host, opened, snapshot),
    ...survivingMounts(host, snapshot.namespaces, choice.runId),
    ...survivingLinks(host, choice.runId),
    ...survivingDirectories(host, choice, snapshot.onDisk),
    ...survivingDevices(host, snapshot.onDisk),
  ];
}

/**
 * A zombie is dead: it waits for its parent, not for us. And the numbers of namespaces that are gone are given out again at once:
 * what started after the snapshot is somebody else's, most often another sandbox. Nothing of ours hides there: as long as a
 * process of the sandbox lives, its init, which is older, cannot end (pid_namespaces(7)).
 */
function survivingProcesses(
  host: Host,
  opened: OpenedSandbox,
  { namespaces, takenAtTicks }: SandboxSnapshot,
): readonly Leak[] {
  const own = [opened.supervisorPid, opened.initPid].map(String);
  return host
    .listNow('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid): readonly Leak[] => {
      const inside = searchedKinds
        .map((kind) => host.readLinkNow(`/proc/${pid}/ns/${kind}`))
        .find((each) => each !== undefined && namespaces.has(each));
      if (inside === undefined && !own.includes(pid)) return [];
      const stat = host.readTextNow(`/proc/${pid}/stat`);
      if (stat === undefined || /^\d+ \(.*\) [ZX]/s.test(stat)) return [];
      const [, name = '', fields = ''] = /\((.*)\) (.*)/s.exec(stat) ?? [];
      if (Number(fields.split(' ')[startField]) > takenAtTicks) return [];
      return [
        { kind: 'process', what: `pid ${pid} (${name})${inside === undefined ? '' : ` in ${inside}`}` },
      ];
    });
}

/** Namespaces that are kept by a bind mount, and mounts of the run's directories. */
function survivingMounts(host: Host, namespaces: ReadonlySet<string>, runId: string): readonly Leak[] {
  const lines = (host.readTextNow('/proc/self/mountinfo') ?? '').split('\n');
  return lines.flatMap((line): readonly Leak[] => {
    const [, , , root = '', target = ''] = line.split(' ');
    if (namespaces.has(root)) return [{ kind: 'namespace', what: `${root} mounted at ${target}` }];
    return target.includes(nameOf(runId)) || root.includes(nameOf(runId))
      ? [{ kind: 'mount', what: target }]
      : [];
  });
}

/** proc(5), /proc/net/dev: an interface a line. Ours would have the run's name as alias or in its own; 15 characters are all it has. */
function survivingLinks(host: Host, runId: string): readonly Leak[] {
  const prefix = nameOf(runId).slice(0, 15);
  return (host.readTextNow('/proc/net/dev') ?? '')
    .split('\n')
    .map((line) => line.split(':')[0]?.trim() ?? '')
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ kind: 'link', what: name }));
}

function survivingDirectories(
  host: Host,
  { runId, cgroups }: CensusChoice,
  { upperDirectory }: OnDisk,
): readonly Leak[] {
  const groups = [...new Set(Object.values(cgroups.controllers))].map(
    (parent) => `${parent}/${nameOf(runId)}`,
  );
  return [
    ...groups.filter((path) => host.existsNow(path)).map((what): Leak => ({ kind: 'cgroup', what })),
    ...(upperDirectory !== undefined && host.existsNow(upperDirectory)
      ? [{ kind: 'file', what: upperDirectory } as const]
      : []),
  ];
}

/** Attached still, and to what it was attached to then. */
function survivingDevices(host: Host, { loopDevices }: OnDisk): readonly Leak[] {
  return loopDevices.flatMap(({ name, sequence }): readonly Leak[] => {
    const file = host.readTextNow(`/sys/block/${name}/loop/backing_file`);
    if (file === undefined || host.readTextNow(`/sys/block/${name}/diskseq`) !== sequence) return [];
    return [{ kind: 'device', what: `/dev/${name} over ${file.trim()}` }];
  });
}
