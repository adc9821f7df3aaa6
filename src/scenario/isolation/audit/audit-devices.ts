import type { Probe } from '../../../core/probe.ts';
import { maskIn, maskOf } from '../capabilities.ts';
import type { Verdict } from '../check.ts';
import { block, memory, openPresent } from '../devices.ts';
import { defaultNodes } from '../expected-mounts.ts';
import type { InsideFile } from '../file-facts.ts';
import { mountAt } from '../mount-at.ts';
import { parseMountInfo } from '../mount-info.ts';
import { judged, unsupported } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { listDevices, nodesOf } from './device-nodes.ts';
import { notApart, sideOf } from './host-namespaces.ts';

export const deviceAudits: readonly Audit[] = [
  {
    check: 'dev.exact',
    claim: '/dev holds the default set of devices.',
    looked: 'from inside, lists /dev and what is below it, and compares the device behind every node',
    against: "the default devices of the OCI's specification",
    look: (audited) => fromInside(audited, compareNodes),
  },
  {
    check: 'dev.no-block',
    looked:
      'from inside, opens every block device in /dev and below for reading; whether one could be made, by CAP_MKNOD and the control group of devices',
    against: 'a refusal; none is made to try it',
    look: (audited) => fromInside(audited, (probe) => refuses(audited, probe, wantedBlock)),
  },
  {
    check: 'dev.no-mem',
    looked:
      'from inside, opens such nodes in /dev and below for reading; whether one could be made, by CAP_MKNOD and the control group of devices',
    against: 'a refusal; none is made to try it',
    look: (audited) => fromInside(audited, (probe) => refuses(audited, probe, wantedMemory)),
  },
];

async function fromInside(
  { witness, look }: Audited,
  tried: (probe: Probe) => Promise<Verdict>,
): Promise<Verdict> {
  const together = notApart(witness, 'mnt', 'it has the devices of the host');
  if (together !== undefined) return together;
  const inside = await look('root');
  if ('refused' in inside) return unsupported(`it can only be told from inside: ${inside.refused}`);
  return await tried(inside.probe);
}

async function compareNodes(probe: Probe): Promise<Verdict> {
  const nodes = await listDevices(probe);
  const faults = [...nodes.files].flatMap(([path, file]) => {
    if ('error' in file) return file.error === 'ENOENT' ? [] : [`${path} answers ${file.error}`]; // gone meanwhile
    const wanted = defaultNodes[path.slice('/dev/'.length)];
    if (wanted !== undefined)
      return file.type === 'char' && file.node === wanted
        ? []
        : [`${path} is ${file.type} ${file.node}, not char ${wanted}`];
    const isNode = file.type === 'char' || file.type === 'block';
    return isNode && !isTerminal(path, file)
      ? [`${path} is ${file.type} ${file.node}, which is not among the defaults`]
      : [];
  });
  if (faults.length === 0 && nodes.untold.length > 0) return unsupported(...nodes.untold);
  const names = [...nodes.files.keys()].map((path) => path.slice('/dev/'.length));
  return judged(faults, [`/dev holds ${names.toSorted().join(' ')}`]);
}

/** devpts, its own multiplexer, and a terminal of it at /dev/console: Documentation/admin-guide/devices.txt, 5 and 136–143. */
function isTerminal(path: string, { type, node }: InsideFile): boolean {
  if (type !== 'char') return false;
  if (path === '/dev/ptmx' || path === '/dev/pts/ptmx') return node === '5:2';
  return (path === '/dev/console' || path.startsWith('/dev/pts/')) && /^1(?:3[6-9]|4[0-3]):/.test(node);
}

interface Wanted {
  readonly kind: typeof block;
  readonly isWanted: (file: InsideFile) => boolean;
  /** Lines of a devices cgroup that let one be opened for reading (Documentation/admin-guide/cgroup-v1/devices.rst). */
  readonly allowed: RegExp;
}

const wantedBlock: Wanted = {
  kind: block,
  isWanted: ({ type }) => type === 'block',
  allowed: /^[ab] (\*:\*|\d+:\*|\d+:\d+) \w*r/,
};

/** mem(4): mem, kmem, port. */
const wantedMemory: Wanted = {
  kind: memory,
  isWanted: ({ type, node }) => type === 'char' && ['1:1', '1:2', '1:4'].includes(node),
  allowed: /^[ac] (\*:\*|1:\*|1:[124]) \w*r/,
};

async function refuses(
  { witness }: Audited,
  probe: Probe,
  { kind, isWanted, allowed }: Wanted,
): Promise<Verdict> {
  const nodes = await listDevices(probe);
  const paths = [...new Set([...kind.present, ...nodesOf(nodes, isWanted)])];
  const findings = await openPresent(probe, paths);
  const faults = findings.filter(({ isFault }) => isFault).map(({ what }) => what);
  const seen = findings.filter(({ isFault }) => !isFault).map(({ what }) => what);
  if (faults.length > 0) return judged(faults, seen);
  const table = parseMountInfo(witness.read('mountinfo') ?? '');
  // The helper lacks the rights of files that the process may have: to it alone may be refused what is there.
  const closedToHelper = seen.filter((what) => {
    const path = paths.find((each) => what.startsWith(`${each}: `)) ?? '';
    return what.endsWith('EACCES') && mountAt(table, path)?.flags.includes('nodev') !== true;
  });
  if (closedToHelper.length > 0 || nodes.untold.length > 0)
    return unsupported(
      ...closedToHelper.map(
        (what) => `${what} to the helper, which has fewer rights than the process may have`,
      ),
      ...nodes.untold,
    );
  const makes = maker(witness, allowed);
  return makes.can ? unsupported(...seen, makes.why) : judged([], [...seen, makes.why]);
}

/** mknod(2): devices take CAP_MKNOD in the initial user namespace; what is made is then opened by leave of the devices cgroup. */
function maker(
  witness: Audited['witness'],
  allowed: RegExp,
): { readonly can: boolean; readonly why: string } {
  if (sideOf(witness, 'user').kind === 'own')
    return { can: false, why: 'in a user namespace of its own it can make none' };
  if ((maskIn(witness.read('status') ?? '', 'CapBnd') & maskOf(['MKNOD'])) === 0n)
    return { can: false, why: 'without CAP_MKNOD it can make none' };
  const list = devicesList(witness);
  if (list === undefined)
    return {
      can: true,
      why: 'it has CAP_MKNOD, and whether its control group lets it open what it makes is not told',
    };
  const isOpen = list.split('\n').some((line) => allowed.test(line));
  return isOpen
    ? { can: true, why: 'it has CAP_MKNOD, and its control group lets it open devices' }
    : { can: false, why: 'it has CAP_MKNOD, and its control group refuses what it could make' };
}

/** Of cgroups v1; of v2 it is a program of the kernel's that nobody can read. */
function devicesList(witness: Audited['witness']): string | undefined {
  const path = /^\d+:(?:[^:]*,)?devices(?:,[^:]*)?:(.*)$/m.exec(witness.read('cgroup') ?? '')?.[1];
  return path === undefined ? undefined : witness.readHost(`/sys/fs/cgroup/devices${path}/devices.list`);
}
