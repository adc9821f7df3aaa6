import type { Probe } from '../../core/probe.ts';
import { readInside } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { type ExpectedMount, expectedMounts } from './expected-mounts.ts';
import { lookAtFiles, resolveInside } from './file-facts.ts';
import { mountInTwin } from './mount-events.ts';
import { type MountEntry, parseMountInfo } from './mount-info.ts';
import { oncePerExamination } from './once-per-examination.ts';
import { fail, inconclusive, judged } from './verdict.ts';

const source = "mount_namespaces(7); the launch plan of Mayfly's own engine";

/** What is mounted in a container, as the kernel tells both from inside and from outside. */
export const mountTableChecks: readonly IsolationCheck[] = [
  {
    id: 'fs.mounts-exact',
    claim: 'The mount table is the declared one: nothing more, nothing less.',
    probed:
      "/proc/self/mountinfo inside and the host's /proc/PID/mountinfo agree, and are compared with the declared mounts",
    source,
    profile: 'standard',
    look: (subject) => judgeTable(subject, compareTables),
  },
  {
    id: 'fs.mount-flags',
    claim: 'Mounts are nosuid, nodev, noexec and read-only where it was promised.',
    probed: 'the flags of every declared mount in mountinfo',
    source: 'mount(2); CIS Docker Benchmark 5.12',
    profile: 'standard',
    look: (subject) => judgeTable(subject, compareFlags),
  },
  {
    id: 'fs.propagation-private',
    claim: 'No mount event crosses the boundary, either way.',
    probed:
      'no mount in mountinfo is in a peer group, shared or slave; a twin mounts a tmpfs, which is then in its own table and in no other',
    source: 'mount_namespaces(7), "Shared subtrees"; CIS Docker Benchmark 5.19',
    profile: 'baseline',
    inTwin: true,
    look: async (subject) => mountInTwin(subject, await judgeTable(subject, comparePropagation)),
  },
  {
    id: 'fs.no-host-paths',
    claim: 'The mount table names no path of the host outside of the declared binds.',
    probed:
      "no file system of the runner's own mount table is mounted inside but by declaration, no other is called by a path, and overlay options name nothing but the sandbox's own directories",
    source: 'proc_pid_mountinfo(5)',
    profile: 'standard',
    look: (subject) => judgeTable(subject, compareOrigins),
  },
];

interface Table {
  readonly entries: readonly MountEntry[];
  /** Each with where it really lies, by links of the image. */
  readonly expected: readonly (ExpectedMount & { readonly at: string })[];
  /** Of the runner. */
  readonly host: readonly MountEntry[];
}

type Judge = (table: Table) => { readonly faults: readonly string[]; readonly seen: readonly string[] };

async function judgeTable(subject: Subject, judge: Judge): Promise<Verdict> {
  const table = await readTable(subject);
  if ('result' in table) return table;
  const { faults, seen } = judge(table);
  return judged(faults, seen);
}

const readTable = oncePerExamination(({ name }) => name, readBothTables);

/** The table that both sides tell; a verdict where they do not. */
async function readBothTables({ spec, root, witness }: Subject): Promise<Table | Verdict> {
  const outside = witness.read('mountinfo');
  const ours = witness.readSelf('mountinfo');
  const inside = await readInside(root, '/proc/self/mountinfo');
  if (outside === undefined || ours === undefined) return inconclusive("the host's /proc does not tell");
  if ('error' in inside) return inconclusive(`/proc/self/mountinfo cannot be read inside: ${inside.error}`);
  const entries = parseMountInfo(outside);
  const told = differences(entries.map(identityOf), parseMountInfo(inside.text).map(identityOf));
  if (told.length > 0) return fail('inside and outside do not tell the same', ...told);
  if (entries.length === 0) return inconclusive('the mount table is empty');
  const expected = await locate(root, expectedMounts(spec));
  return { entries, expected, host: parseMountInfo(ours) };
}

const identityOf = ({ id, device, root, target, type }: MountEntry): string =>
  `mount ${id}: ${type} ${device} ${root} at ${target}`;

function differences(one: readonly string[], other: readonly string[]): readonly string[] {
  return [
    ...one.filter((each) => !other.includes(each)).map((each) => `only outside: ${each}`),
    ...other.filter((each) => !one.includes(each)).map((each) => `only inside: ${each}`),
  ];
}

/** Follows the image's links, as the engine did; what covers a path that is not there is not expected. */
async function locate(probe: Probe, mounts: readonly ExpectedMount[]): Promise<Table['expected']> {
  const targets = mounts.map(({ target }) => target);
  const [places, files] = await Promise.all([resolveInside(probe, targets), lookAtFiles(probe, targets)]);
  return mounts
    .map((mount, index) => ({ ...mount, at: places[index] ?? mount.target }))
    .filter(({ when, target }) => when !== 'if the path exists' || !isMissing(files.get(target)));
}

const isMissing = (file: object | undefined): boolean =>
  file !== undefined && 'error' in file && file.error === 'ENOENT';

/** Every mount is taken once: two at one place must have been declared twice. */
function compareTables({ entries, expected }: Table) {
  const left = [...entries];
  const missing = expected.flatMap(({ at, type, when }) => {
    const index = left.findIndex((entry) => entry.target === at && (type ?? entry.type) === entry.type);
    if (index >= 0) left.splice(index, 1);
    return index >= 0 || when === 'if the host offers it' ? [] : [`missing: ${type ?? 'a mount'} at ${at}`];
  });
  const undeclared = left.map((entry) => `not declared: ${entry.type} ${entry.root} at ${entry.target}`);
  return {
    faults: [...missing, ...undeclared],
    seen: [`${entries.length} mounts, each of them declared, the same from inside and outside`],
  };
}

function compareFlags({ entries, expected }: Table) {
  const faults = expected.flatMap(({ at, type, flags }) => {
    const here = entries.filter((entry) => entry.target === at && (type ?? entry.type) === entry.type);
    if (here.some((entry) => flags.every((flag) => entry.flags.includes(flag)))) return [];
    return here.map(
      (entry) =>
        `${entry.type} at ${at} is ${entry.flags.join(',')}, without ${flags.filter((flag) => !entry.flags.includes(flag)).join(',')}`,
    );
  });
  const promised = expected.filter(({ flags }) => flags.length > 0).length;
  return { faults, seen: [`${promised} mounts have the flags that were promised`] };
}

export function comparePropagation({ entries }: Pick<Table, 'entries'>) {
  const faults = entries
    .filter(({ propagation }) => propagation.some((word) => word !== 'unbindable'))
    .map(({ target, propagation }) => `${target} is ${propagation.join(' ')}`);
  return { faults, seen: [`${entries.length} mounts, none of them in a peer group`] };
}

/** A cgroup file system is one for the whole host, and shows the container's part of it. */
const ofTheHost = new Set(['cgroup', 'cgroup2']);

function compareOrigins({ entries, expected, host }: Table) {
  const hostDevices = new Set(host.map(({ device }) => device));
  const declared = new Set(expected.filter((each) => each.fromHost).map(({ at }) => at));
  const faults = entries.flatMap((entry) => [
    ...(hostDevices.has(entry.device) && !declared.has(entry.target) && !ofTheHost.has(entry.type)
      ? [`${entry.target} is ${entry.root} of a file system of the host (${entry.type} ${entry.device})`]
      : []),
    ...(entry.mounted.startsWith('/') && !declared.has(entry.target)
      ? [`${entry.target} is of a file system that is called ${entry.mounted}`]
      : []),
    ...foreignLayers(entry).map((path) => `${entry.target}: an overlay option names ${path}`),
  ]);
  const other = entries.filter(({ target }) => !declared.has(target)).length;
  return { faults, seen: [`${other} mounts of file systems that the host does not have mounted`] };
}

/** Layers by number, and the directories of a sandbox: names that say nothing of the host. */
const ownNames = /^(\d+|\/(upper|emptydir|below\/\d+|attic\/(disk\/)?[^/]+)(\/(upper|work|data))?)$/;

export function foreignLayers({ type, superOptions }: MountEntry): readonly string[] {
  if (type !== 'overlay') return [];
  return superOptions
    .flatMap((option) => {
      const [name = '', value = ''] = option.split('=');
      return ['lowerdir', 'upperdir', 'workdir'].includes(name) ? value.split(':') : [];
    })
    .filter((path) => !ownNames.test(path));
}
