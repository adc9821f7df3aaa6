import type { Verdict } from '../check.ts';
import { parseMountInfo } from '../mount-info.ts';
import { judged, notApplicable } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { closed, notApart } from './host-namespaces.ts';

export const inheritanceAudits: readonly Audit[] = [
  {
    check: 'fd.none-inherited',
    claim: 'No descriptor leads out of its mounts.',
    looked:
      "the host's /proc/PID/fd and fdinfo of the process itself: in what mount each of its descriptors above 2 lies",
    against: 'its own mount table: what lies in none of its mounts leads outside',
    look: lookAtDescriptors,
  },
  {
    check: 'env.exact',
    looked: 'nothing: no environment was declared to Mayfly',
    against: '–',
    look: () => notApplicable('no environment was declared'),
  },
];

/** A program opens files of its own; those of a runtime that leaked to it lie in mounts it has not (CVE-2024-21626). */
function lookAtDescriptors({ witness }: Audited): Verdict {
  const together = notApart(witness, 'mnt', 'it has the mounts of the host');
  if (together !== undefined) return together;
  const numbers = witness.list('fd');
  const table = witness.read('mountinfo');
  if (numbers === undefined || table === undefined) return closed('fd');
  const mounts = new Set(parseMountInfo(table).map(({ id }) => id));
  const beyond = numbers.map(Number).filter((number) => number > 2);
  const leading = beyond.flatMap((number) => {
    const to = witness.read(`fd/${number}`);
    const mount = Number(/^mnt_id:\s*(\d+)/m.exec(witness.read(`fdinfo/${number}`) ?? '')?.[1]);
    // Sockets, pipes and the like are in mounts of the kernel's own, which no table shows.
    return to?.startsWith('/') !== true || mounts.has(mount)
      ? []
      : [`descriptor ${number} is ${to}, outside`];
  });
  return judged(leading, [`${numbers.length} descriptors are open; none above 2 leads out of its mounts`]);
}
