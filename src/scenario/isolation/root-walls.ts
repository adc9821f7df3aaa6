import type { CallResult, Probe } from '../../core/probe.ts';
import { call, listInside, outcomeOf } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { fileOf, statFile } from './file-facts.ts';
import { parseMountInfo } from './mount-info.ts';
import { inconclusive, judged } from './verdict.ts';

export const rootWallChecks: readonly IsolationCheck[] = [
  {
    id: 'fs.old-root-gone',
    claim: 'Nothing of the root that was there before can be reached.',
    probed:
      'from `/..`, from /proc/*/root, from descriptors a new process has, and by the classical walk out of a chroot: each time the directory reached is `/` by device and inode',
    source: 'pivot_root(2); chroot(2); CVE-2024-21626',
    profile: 'baseline',
    look: lookAtOldRoot,
  },
];

interface Findings {
  readonly faults: readonly string[];
  readonly seen: readonly string[];
}

export async function lookAtOldRoot(
  subject: Pick<Subject, 'root' | 'witness' | 'openProbe'>,
): Promise<Verdict> {
  const [ownRoot] = await subject.root.calls([statFile('/')]);
  const home = identityOf(ownRoot);
  if (home === undefined) return inconclusive(`/ cannot be told: ${outcomeOf(ownRoot)}`);
  // Its descriptors are those of a new process, and its root may be lost.
  await using walker = await subject.openProbe('itself');
  const findings = [
    topOfTable(subject),
    await reached(subject.root, ['/..', ...(await processRoots(subject.root))], home),
    await fromDescriptors(walker, home),
    await outOfChroot(walker, home),
  ];
  return judged(
    findings.flatMap(({ faults }) => faults),
    findings.flatMap(({ seen }) => seen),
  );
}

const identityOf = (result: CallResult | undefined): string | undefined => {
  const file = fileOf(result);
  return 'identity' in file ? file.identity : undefined;
};

function topOfTable({ witness }: Pick<Subject, 'witness'>): Findings {
  const entries = parseMountInfo(witness.read('mountinfo') ?? '');
  const ids = new Set(entries.map(({ id }) => id));
  const tops = entries.filter(({ parent }) => !ids.has(parent));
  const names = tops.map(({ type, target }) => `${type} at ${target}`).join(', ');
  return tops.length === 1 && tops[0]?.target === '/'
    ? { faults: [], seen: [`the mount table has one top, ${names}`] }
    : { faults: [`the mount table has ${tops.length} tops: ${names}`], seen: [] };
}

const mostProcesses = 256;

async function processRoots(probe: Probe): Promise<readonly string[]> {
  const list = await listInside(probe, '/proc');
  const pids = 'names' in list ? list.names.filter((name) => /^\d+$/.test(name)) : [];
  return ['self', ...pids.slice(0, mostProcesses)].map((pid) => `/proc/${pid}/root`);
}

/** Closed to who may not trace the process, or gone with it. */
const unreachable = ['EACCES', 'EPERM', 'ENOENT', 'ESRCH'];

async function reached(probe: Probe, paths: readonly string[], home: string): Promise<Findings> {
  const results = await probe.calls(paths.map((path) => statFile(path)));
  const outcomes = paths.map((path, at) => {
    const place = identityOf(results[at]);
    if (place === home) return { path, isFault: false, what: 'is /' };
    const outcome = outcomeOf(results[at]);
    return place === undefined
      ? { path, isFault: !unreachable.includes(outcome), what: `is closed (${outcome})` }
      : { path, isFault: true, what: `is another directory (${place})` };
  });
  const lines = (wanted: boolean): readonly string[] =>
    outcomes.filter(({ isFault }) => isFault === wanted).map(({ path, what }) => `${path} ${what}`);
  return { faults: lines(true), seen: lines(false) };
}

const [firstInherited, lastLooked, up] = [3, 255, '../'.repeat(64)];

async function fromDescriptors(probe: Probe, home: string): Promise<Findings> {
  const numbers = Array.from({ length: lastLooked - firstInherited + 1 }, (_, at) => at + firstInherited);
  const [, ...rest] = statFile(up).args;
  const results = await probe.calls([
    { name: 'statx', args: [firstInherited, ...rest], times: numbers.length },
  ]);
  const faults = numbers.flatMap((fd, at) => {
    const place = identityOf(results[at]);
    return place === undefined || place === home
      ? []
      : [`descriptor ${fd} of a new process leads to another root (${place})`];
  });
  const closed = results.filter(({ error }) => error === 'EBADF').length;
  return { faults, seen: [`${closed} of descriptors ${firstInherited} to ${lastLooked} are closed`] };
}

/** The working directory stays outside of the new root, so that `..` from there is stopped by the mount tree alone. */
async function outOfChroot(probe: Probe, home: string): Promise<Findings> {
  const [, chroot, inside] = await probe.calls([call('chdir', '/'), call('chroot', '/proc'), statFile('/')]);
  if (chroot?.error === 'EPERM') return { faults: [], seen: ['chroot is refused (EPERM)'] };
  const [walked, rooted, now] = await probe.calls([call('chdir', up), call('chroot', '.'), statFile('/')]);
  const steps = [chroot, walked, rooted].map(outcomeOf);
  if (steps.some((step) => step !== 'success') || identityOf(inside) === home)
    return { faults: [`the walk out of a chroot could not be tried: ${steps.join(', ')}`], seen: [] };
  const place = identityOf(now);
  return place === home
    ? { faults: [], seen: ['the walk out of a chroot ends at /'] }
    : { faults: [`the walk out of a chroot ends at another directory (${place})`], seen: [] };
}
