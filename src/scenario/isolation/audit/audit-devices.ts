import type { Probe } from '../../../core/probe.ts';
import { listInside } from '../calls.ts';
import { maskIn, maskOf } from '../capabilities.ts';
import type { Verdict } from '../check.ts';
import { block, links, memory, openPresent, places } from '../devices.ts';
import { defaultNodes } from '../expected-mounts.ts';
import { lookAtFiles } from '../file-facts.ts';
import { inconclusive, judged, unsupported } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { notApart, sideOf } from './host-namespaces.ts';

export const deviceAudits: readonly Audit[] = [
  {
    check: 'dev.exact',
    claim: '/dev holds the default set of devices.',
    looked: 'from inside, lists /dev and compares the device behind every node',
    against: "the default devices of the OCI's specification",
    look: (audited) => fromInside(audited, compareNodes),
  },
  {
    check: 'dev.no-block',
    looked: 'from inside, opens block devices in /dev for reading; whether one could be made, by CAP_MKNOD',
    against: 'a refusal; none is made to try it',
    look: (audited) => fromInside(audited, (probe) => refuses(audited, probe, block.present)),
  },
  {
    check: 'dev.no-mem',
    looked:
      'from inside, opens /dev/mem, /dev/kmem and /dev/port for reading; whether one could be made, by CAP_MKNOD',
    against: 'a refusal; none is made to try it',
    look: (audited) => fromInside(audited, (probe) => refuses(audited, probe, memory.present)),
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
  const list = await listInside(probe, '/dev');
  if ('error' in list) return inconclusive(`/dev cannot be listed: ${list.error}`);
  const usual = new Set([...places, ...links, ...Object.keys(defaultNodes), 'console']);
  const files = await lookAtFiles(
    probe,
    list.names.map((name) => `/dev/${name}`),
  );
  const faults = list.names.flatMap((name) => {
    const file = files.get(`/dev/${name}`);
    if (file === undefined || 'error' in file) return [`/dev/${name} answers ${file?.error ?? 'nothing'}`];
    const wanted = defaultNodes[name];
    if (wanted !== undefined)
      return file.type === 'char' && file.node === wanted
        ? []
        : [`/dev/${name} is ${file.type} ${file.node}, not char ${wanted}`];
    const isNode = file.type === 'char' || file.type === 'block';
    return isNode && !usual.has(name) ? [`/dev/${name} is not among the defaults`] : [];
  });
  return judged(faults, [`/dev holds ${list.names.toSorted().join(' ')}`]);
}

async function refuses({ witness }: Audited, probe: Probe, paths: readonly string[]): Promise<Verdict> {
  const findings = await openPresent(probe, paths);
  const faults = findings.filter(({ isFault }) => isFault).map(({ what }) => what);
  const seen = findings.filter(({ isFault }) => !isFault).map(({ what }) => what);
  if (faults.length > 0) return judged(faults, seen);
  const makes = maker(witness);
  return makes.can ? unsupported(...seen, makes.why) : judged([], [...seen, makes.why]);
}

/** mknod(2): devices take CAP_MKNOD in the initial user namespace; what is made is then opened by leave of the devices cgroup. */
function maker(witness: Audited['witness']): { readonly can: boolean; readonly why: string } {
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
  const isOpen = list.split('\n').some((line) => /^[ab] (\*:\*|\d+:\*|\d+:\d+) \w*r/.test(line));
  return isOpen
    ? { can: true, why: 'it has CAP_MKNOD, and its control group lets it open devices' }
    : { can: false, why: 'it has CAP_MKNOD, and its control group refuses what it could make' };
}

/** Of cgroups v1; of v2 it is a program of the kernel's that nobody can read. */
function devicesList(witness: Audited['witness']): string | undefined {
  const path = /^\d+:(?:[^:]*,)?devices(?:,[^:]*)?:(.*)$/m.exec(witness.read('cgroup') ?? '')?.[1];
  return path === undefined ? undefined : witness.readHost(`/sys/fs/cgroup/devices${path}/devices.list`);
}
