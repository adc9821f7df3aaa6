import type { Verdict } from '../check.ts';
import { defaultNodes } from '../expected-mounts.ts';
import { maskedPaths, readonlyPaths } from '../hidden-paths.ts';
import { mountAt } from '../mount-at.ts';
import { type MountEntry, parseMountInfo } from '../mount-info.ts';
import { comparePropagation, foreignLayers } from '../mount-table.ts';
import { inconclusive, judged } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { closed, notApart } from './host-namespaces.ts';

const inert = ['nosuid', 'nodev', 'noexec'];

/** OCI runtime-spec config-linux.md, "Default Filesystems", with the flags that runc, crun and Docker give them. */
const usual: Readonly<Record<string, readonly string[]>> = {
  '/proc': inert,
  '/sys': ['ro', ...inert],
  '/sys/fs/cgroup': ['ro', ...inert],
  '/dev': ['nosuid'],
  '/dev/pts': ['nosuid', 'noexec'],
  '/dev/shm': inert,
  '/dev/mqueue': inert,
};

/** What Docker and Podman put into every container beside; the last is Podman's own mask. */
const files = [
  '/etc/hosts',
  '/etc/hostname',
  '/etc/resolv.conf',
  '/run/.containerenv',
  '/run/secrets',
  '/dev/console',
  '/sys/dev/block',
];

const nodes = Object.keys(defaultNodes).map((name) => `/dev/${name}`);

const expected: ReadonlySet<string> = new Set([
  '/',
  ...Object.keys(usual),
  ...files,
  ...nodes,
  ...maskedPaths,
  ...readonlyPaths,
]);

export const mountAudits: readonly Audit[] = [
  {
    check: 'fs.mounts-exact',
    claim: 'Nothing is mounted but what Docker or Podman mount by default.',
    looked: "the host's /proc/PID/mountinfo",
    against:
      'the mounts that Docker and Podman give every container: a volume nobody told Mayfly of is one more',
    look: (audited) => judgeMounts(audited, compareTable),
  },
  {
    check: 'fs.mount-flags',
    claim: 'The default mounts are nosuid, nodev, noexec and read-only as specified.',
    looked: "the flags in the host's /proc/PID/mountinfo",
    against: 'those of the default mounts, where they are there',
    look: (audited) => judgeMounts(audited, compareFlags),
  },
  {
    check: 'fs.propagation-private',
    looked: "the optional fields in the host's /proc/PID/mountinfo",
    against: 'no peer group, neither shared nor slave',
    look: (audited) => judgeMounts(audited, (entries) => comparePropagation({ entries })),
  },
  {
    check: 'fs.no-host-paths',
    claim: 'The mount table names no path of the host.',
    looked:
      "the host's /proc/PID/mountinfo: file systems that the runner has mounted, too, and overlay options",
    against: 'none but the root, /etc/{hosts,hostname,resolv.conf}, /dev/shm and device nodes',
    look: (audited) => judgeMounts(audited, compareOrigins),
  },
  {
    check: 'fs.read-only-root',
    claim: 'The root refuses writes.',
    looked: "the flags of / in the host's /proc/PID/mountinfo",
    against: 'read-only, as is asked of what was hardened',
    look: (audited) => judgeMounts(audited, compareRoot),
  },
];

interface Findings {
  readonly faults: readonly string[];
  readonly seen: readonly string[];
}

function judgeMounts(
  { witness }: Audited,
  judge: (entries: readonly MountEntry[], host: readonly MountEntry[]) => Findings,
): Verdict {
  const together = notApart(witness, 'mnt', 'it has the mounts of the host');
  if (together !== undefined) return together;
  const [its, ours] = [witness.read('mountinfo'), witness.readSelf('mountinfo')];
  if (its === undefined) return closed('mountinfo');
  const entries = parseMountInfo(its);
  if (entries.length === 0 || ours === undefined) return inconclusive('the mount table is empty');
  const { faults, seen } = judge(entries, parseMountInfo(ours));
  return judged(faults, seen);
}

/** Controllers of the first version are mounted one by one below. */
const isUsual = (target: string): boolean => expected.has(target) || target.startsWith('/sys/fs/cgroup/');

function compareTable(entries: readonly MountEntry[]): Findings {
  const more = entries.filter(({ target }) => !isUsual(target));
  return {
    faults: more.map(({ target, type, root }) => `not among the defaults: ${type} ${root} at ${target}`),
    seen: [`${entries.length} mounts, all of them among the defaults`],
  };
}

function compareFlags(entries: readonly MountEntry[]): Findings {
  const faults = Object.entries(usual).flatMap(([path, flags]) => {
    const mount = mountAt(entries, path);
    if (mount?.target !== path) return [];
    const without = flags.filter((flag) => !mount.flags.includes(flag));
    return without.length === 0 ? [] : [`${mount.type} at ${path} is without ${without.join(',')}`];
  });
  return { faults, seen: [`${entries.length} mounts, those at the usual places with their flags`] };
}

/** The memory of /dev/shm is mounted outside, too, by Podman. */
const mayShowHost = new Set(['/', '/dev/shm', ...files, ...nodes]);

function compareOrigins(entries: readonly MountEntry[], host: readonly MountEntry[]): Findings {
  const devices = new Set(host.filter(({ type }) => !type.startsWith('cgroup')).map(({ device }) => device));
  const faults = entries.flatMap((entry) => [
    ...(devices.has(entry.device) && !mayShowHost.has(entry.target) && !isCover(entry)
      ? [`${entry.target} is ${entry.root} of a file system of the host (${entry.type} ${entry.device})`]
      : []),
    ...foreignLayers(entry).map((path) => `${entry.target}: an overlay option names ${path}`),
  ]);
  return { faults, seen: [`${entries.length} mounts, none of which names a path of the host`] };
}

/** A masked file is covered by a null device, which may be the host's own. */
const isCover = ({ target, root }: MountEntry): boolean => maskedPaths.includes(target) && root === '/null';

function compareRoot(entries: readonly MountEntry[]): Findings {
  const root = mountAt(entries, '/');
  return root !== undefined && isReadOnly(root)
    ? { faults: [], seen: ['/ is mounted read-only'] }
    : { faults: ['/ is mounted for writing'], seen: [] };
}

/** By the mount's own flag or by the whole file system's. */
export const isReadOnly = ({ flags, superOptions }: MountEntry): boolean =>
  flags.includes('ro') || superOptions.includes('ro');
