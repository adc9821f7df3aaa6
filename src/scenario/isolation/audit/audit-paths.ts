import type { ForeignWitness } from '../../../core/foreign-process.ts';
import type { Verdict } from '../check.ts';
import { sockets } from '../file-escapes.ts';
import { lookAtFiles, resolveInside } from '../file-facts.ts';
import { knobs, lookAtKnobs, lookAtMasks, maskedPaths, readonlyPaths, sysPaths } from '../hidden-paths.ts';
import { mountAt } from '../mount-at.ts';
import { type MountEntry, parseMountInfo } from '../mount-info.ts';
import { lookAtOldRoot } from '../root-walls.ts';
import { inconclusive, judged, unsupported } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { isReadOnly } from './audit-mounts.ts';
import { closed, notApart } from './host-namespaces.ts';

export const pathAudits: readonly Audit[] = [
  {
    check: 'fs.masked-paths',
    looked: `from inside, reads ${maskedPaths.join(', ')}; without a probe, what covers them by the host's /proc/PID/mountinfo`,
    against: "Docker's default",
    look: inside(({ probe }) => lookAtMasks({ root: probe }), coveredPaths),
  },
  {
    check: 'fs.readonly-paths',
    looked: `in what mounts ${readonlyPaths.join(', ')} lie, by the host's /proc/PID/mountinfo`,
    against: "Docker's default: read-only ones; nothing is written to try it",
    look: (audited) => liesReadOnly(audited, readonlyPaths),
  },
  {
    check: 'fs.sys-read-only',
    looked: "in what mounts /sys and what is below lie, by the host's /proc/PID/mountinfo",
    against: 'read-only ones; nothing is written to try it',
    look: (audited) => liesReadOnly(audited, sysPaths),
  },
  {
    check: 'fs.kernel-knobs',
    looked: `from inside, opens ${knobs.join(', ')} for writing and writes nothing; without a probe, in what mounts they lie`,
    against: 'a refusal',
    look: inside(
      ({ probe, witness }) => lookAtKnobs({ root: probe, witness }),
      (audited) => liesReadOnly(audited, knobs),
    ),
  },
  {
    check: 'fs.old-root-gone',
    looked:
      'the same as in a scenario, by probes with the user of the process and SYS_CHROOT, where it has that',
    against: '/ of its mount namespace',
    look: inside(
      ({ probe, witness }, { openProbe }) =>
        lookAtOldRoot({ root: probe, witness, openProbe: (rights) => openProbe(rights) }),
      (_, refused) => unsupported(`it can only be tried from inside: ${refused}`),
    ),
  },
  {
    check: 'fs.no-runtime-socket',
    looked: `from inside, looks for ${sockets.slice(0, 6).join(', ')} and those of users; without a probe, for mounts of them`,
    against: 'none, but what lies on its own root',
    look: inside(lookForSockets, mountedSockets),
  },
];

interface Inside {
  readonly probe: Parameters<typeof lookAtMasks>[0]['root'];
  readonly witness: ForeignWitness;
  readonly entries: readonly MountEntry[];
}

/** In the host's own mounts nothing needs to be tried. */
function inside(
  tried: (inside: Inside, audited: Audited) => Promise<Verdict>,
  seen: (audited: Audited, refused: string) => Verdict,
): Audit['look'] {
  return async (audited) => {
    const { witness, look } = audited;
    const together = notApart(witness, 'mnt', 'it has the mounts of the host');
    if (together !== undefined) return together;
    const table = witness.read('mountinfo');
    if (table === undefined) return closed('mountinfo');
    const looked = await look('root');
    if ('refused' in looked) return seen(audited, looked.refused);
    return await tried({ probe: looked.probe, witness, entries: parseMountInfo(table) }, audited);
  };
}

function liesReadOnly({ witness }: Audited, paths: readonly string[]): Verdict {
  const together = notApart(witness, 'mnt', 'it has the mounts of the host');
  if (together !== undefined) return together;
  const table = witness.read('mountinfo');
  if (table === undefined) return closed('mountinfo');
  const entries = parseMountInfo(table);
  const placed = paths.filter((path) => isOnHost(witness, path));
  const lines = placed.map((path) => {
    const mount = mountAt(entries, path);
    const place = `${path} lies in ${mount?.type ?? 'no mount'} at ${mount?.target ?? '–'}`;
    if (mount === undefined || isEmptyPlace(mount, path))
      return { isFault: false, line: `${place}, which is not the kernel's` };
    return isReadOnly(mount)
      ? { isFault: false, line: `${place}, read-only` }
      : { isFault: true, line: `${place}, which can be written` };
  });
  return judged(
    lines.filter(({ isFault }) => isFault).map(({ line }) => line),
    lines.filter(({ isFault }) => !isFault).map(({ line }) => line),
  );
}

/** Where no file system of the kernel's is mounted, the path is a directory of the image's, if anything. */
const isEmptyPlace = ({ type }: MountEntry, path: string): boolean =>
  (path.startsWith('/proc') && type !== 'proc') || (path.startsWith('/sys') && type !== 'sysfs');

/** By its directory's list, for a file of /proc may be closed to this user. */
function isOnHost(witness: ForeignWitness, path: string): boolean {
  const [, directory = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  return witness.listHost(directory === '' ? '/' : directory)?.includes(name) === true;
}

function coveredPaths({ witness }: Audited, refused: string): Verdict {
  const entries = parseMountInfo(witness.read('mountinfo') ?? '');
  const lines = maskedPaths
    .filter((path) => isOnHost(witness, path))
    .map((path) => ({ path, mount: mountAt(entries, path) }));
  if (lines.length === 0) return inconclusive(`this host has none of them, and ${refused}`);
  const isBare = (type = ''): boolean => type === 'proc' || type === 'sysfs';
  return judged(
    lines.filter(({ mount }) => isBare(mount?.type)).map(({ path }) => `${path} is covered by nothing`),
    lines
      .filter(({ mount }) => !isBare(mount?.type))
      .map(({ path, mount }) => `${path} is covered by ${mount?.type}`),
  );
}

async function lookForSockets({ probe, entries }: Inside): Promise<Verdict> {
  const faults: string[] = [];
  const seen: string[] = [];
  const places = await resolveInside(probe, sockets);
  const files = await lookAtFiles(probe, sockets);
  sockets.forEach((path, at) => {
    const file = files.get(path);
    if (file !== undefined && 'identity' in file) {
      // A device number tells nothing: the root itself may lie in a file system of the host's.
      const target = mountAt(entries, places[at] ?? path)?.target;
      if (target === '/') seen.push(`${path} is the container's own`);
      else faults.push(`${path} is there, in what is mounted at ${target ?? 'an unknown place'}`);
    } else if (file?.error === 'ENOENT' || file?.error === 'ENOTDIR') seen.push(`${path}: not there`);
    else faults.push(`${path} answers ${file?.error ?? 'nothing'}`);
  });
  return judged(faults, seen);
}

function mountedSockets({ witness }: Audited, refused: string): Verdict {
  const entries = parseMountInfo(witness.read('mountinfo') ?? '');
  const found = entries.filter(({ root, target }) => root.endsWith('.sock') || target.endsWith('.sock'));
  return found.length > 0
    ? judged(
        found.map(({ root, target }) => `${root} of the host is mounted at ${target}`),
        [],
      )
    : unsupported(`none is mounted, and whether one is there can only be told from inside: ${refused}`);
}
