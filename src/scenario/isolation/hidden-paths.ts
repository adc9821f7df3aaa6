import type { CallResult, Probe } from '../../core/probe.ts';
import { call, currentDirectory, listInside, open, openFile, outcomeOf, readInside } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { parseMountInfo } from './mount-info.ts';
import { inconclusive, judged } from './verdict.ts';

/** moby, oci/defaults.go: what tells of the machine, or of other containers. */
export const maskedPaths = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];

export const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Within them, where a write would reach furthest. */
const belowReadonlyPaths = ['/proc/sys/kernel', '/proc/sys/vm/overcommit_memory', '/proc/sys/fs'];

export const sysPaths = ['/sys', '/sys/kernel', '/sys/block', '/sys/devices', '/sys/class', '/sys/module'];

/** Programs the kernel starts as root of the host, or rules for what it starts. */
export const knobs = [
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/modprobe',
  '/proc/sys/kernel/hotplug',
  '/proc/sys/fs/binfmt_misc/register',
  '/sys/kernel/uevent_helper',
];

export const hiddenPathChecks: readonly IsolationCheck[] = [
  {
    id: 'fs.masked-paths',
    claim: 'What /proc and /sys tell of the machine reads as empty.',
    probed: `opens, lists and reads ${maskedPaths.join(', ')}: not there, an empty directory, or no bytes`,
    source: 'OCI runtime-spec config-linux.md, "Masked Paths"; CVE-2025-31133',
    profile: 'baseline',
    look: lookAtMasks,
  },
  {
    id: 'fs.readonly-paths',
    claim: "Settings of the kernel in /proc can't be written.",
    probed: `sets the times of ${readonlyPaths.join(', ')} and of files below, which a read-only mount answers with EROFS before any right is asked for`,
    source: 'OCI runtime-spec config-linux.md, "Readonly Paths"',
    profile: 'baseline',
    look: ({ root }) => refusesWrites(root, [...readonlyPaths, ...belowReadonlyPaths]),
  },
  {
    id: 'fs.sys-read-only',
    claim: '/sys refuses writes.',
    probed: `sets the times of ${sysPaths.join(', ')}, and makes a directory in each: EROFS`,
    source: 'OCI runtime-spec config-linux.md, "Default Filesystems"; sysfs(5)',
    profile: 'baseline',
    look: ({ root }) => refusesWrites(root, sysPaths),
  },
  {
    id: 'fs.kernel-knobs',
    claim: 'No program can be named that the kernel would start outside.',
    probed: `opens for writing ${knobs.join(', ')} and release_agent of every cgroup hierarchy mounted inside`,
    source: 'core(5); CVE-2022-0492 (release_agent); CVE-2025-52881',
    profile: 'baseline',
    look: lookAtKnobs,
  },
];

export async function lookAtMasks({ root }: Pick<Subject, 'root'>): Promise<Verdict> {
  const faults: string[] = [];
  const seen: string[] = [];
  for (const path of maskedPaths) {
    const asFile = await readInside(root, path);
    const told = 'error' in asFile && asFile.error === 'EISDIR' ? await namesIn(root, path) : textOf(asFile);
    if (told.isEmpty) seen.push(`${path}: ${told.what}`);
    else faults.push(`${path}: ${told.what}`);
  }
  return judged(faults, seen);
}

interface Told {
  readonly isEmpty: boolean;
  readonly what: string;
}

function textOf(read: Awaited<ReturnType<typeof readInside>>): Told {
  if ('error' in read) return errorOf(read.error);
  return {
    isEmpty: read.text === '',
    what: read.text === '' ? 'no bytes' : `${read.text.length} characters`,
  };
}

async function namesIn(probe: Probe, path: string): Promise<Told> {
  const list = await listInside(probe, path);
  if ('error' in list) return errorOf(list.error);
  const { names } = list;
  return {
    isEmpty: names.length === 0,
    what: names.length === 0 ? 'an empty directory' : `holds ${names.slice(0, 5).join(', ')}`,
  };
}

/** Being refused is no mask: another user may not be. */
const errorOf = (error: string): Told =>
  error === 'ENOENT' ? { isEmpty: true, what: 'not there' } : { isEmpty: false, what: `answers ${error}` };

/** mnt_want_write comes before all rights in utimensat(2) and mkdirat(2) (fs/utimes.c, fs/namei.c). */
async function refusesWrites(probe: Probe, paths: readonly string[]): Promise<Verdict> {
  const times = await probe.calls(paths.map((path) => call('utimensat', currentDirectory, path, 0, 0)));
  const made = await probe.calls(
    paths.map((path) => call('mkdirat', currentDirectory, `${path}/mayfly-probe`, 0o700)),
  );
  await removeMade(probe, paths, made);
  const faults: string[] = [];
  const seen: string[] = [];
  paths.forEach((path, at) => {
    const touched = outcomeOf(times[at]);
    const directory = outcomeOf(made[at]);
    if (touched === 'ENOENT') return;
    const line = `${path}: setting its times ${told(touched)}, making a directory in it ${told(directory)}`;
    // /proc has directories that look for a name before they refuse it, and files.
    const isRefused = touched === 'EROFS' && ['EROFS', 'ENOENT', 'ENOTDIR'].includes(directory);
    if (isRefused) seen.push(line);
    else faults.push(line);
  });
  return judged(faults, seen);
}

const told = (outcome: string): string => (outcome === 'success' ? 'succeeded' : `is ${outcome}`);

const removeDirectory = 0x200;

async function removeMade(
  probe: Probe,
  paths: readonly string[],
  made: readonly CallResult[],
): Promise<void> {
  await probe.calls(
    paths
      .filter((_, at) => made[at]?.error === undefined)
      .map((path) => call('unlinkat', currentDirectory, `${path}/mayfly-probe`, removeDirectory)),
  );
}

export async function lookAtKnobs({ root, witness }: Pick<Subject, 'root' | 'witness'>): Promise<Verdict> {
  const mounts = witness.read('mountinfo');
  if (mounts === undefined) return inconclusive("the host's /proc does not tell where cgroups are mounted");
  const agents = parseMountInfo(mounts)
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
    .map(({ target }) => `${target}/release_agent`);
  const paths = [...knobs, ...agents];
  const results = await root.calls(paths.map((path) => openFile(path, open.writeOnly)));
  await root.calls(results.filter(({ value }) => value >= 0).map(({ value }) => call('close', value)));
  const outcomes = paths.map((path, at) => ({ path, outcome: outcomeOf(results[at]) }));
  const lines = (wanted: (outcome: string) => boolean): readonly string[] =>
    outcomes
      .filter(({ outcome }) => wanted(outcome))
      .map(({ path, outcome }) => `${path}: opening it for writing ${told(outcome)}`);
  const isRefusal = (outcome: string): boolean => ['EROFS', 'EACCES', 'EPERM'].includes(outcome);
  // All absent would show a /proc that is none.
  return judged(
    lines((outcome) => !isRefusal(outcome) && outcome !== 'ENOENT'),
    lines(isRefusal),
  );
}
