import type { Verdict } from '../check.ts';
import { parseMountInfo } from '../mount-info.ts';
import { fail, notApplicable, pass, unsupported } from '../verdict.ts';
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
  const mounts = idsOf(table);
  const hosts = idsOf(witness.readSelf('mountinfo') ?? '');
  const leading: string[] = [];
  const untold: string[] = [];
  for (const number of numbers.map(Number).filter((each) => each > 2)) {
    const to = witness.readLink(`fd/${number}`);
    const mount = /^mnt_id:\s*(\d+)/m.exec(witness.read(`fdinfo/${number}`) ?? '')?.[1];
    if (to === undefined || mount === undefined) untold.push(`${number}`);
    else if (!to.startsWith('/') || mounts.has(Number(mount))) continue;
    else if (!isMemory.test(to) || hosts.has(Number(mount)))
      leading.push(`descriptor ${number} is ${to}, outside`);
  }
  if (leading.length > 0) return fail(...leading);
  // A program closes descriptors while they are looked at.
  const open = witness.list('fd') ?? [];
  const unread = untold.filter((number) => open.includes(number));
  if (unread.length > 0)
    return unsupported(`where descriptors ${unread.join(', ')} lead is not for this user to read`);
  return pass(`${numbers.length} descriptors are open; none above 2 leads out of its mounts`);
}

const idsOf = (table: string): ReadonlySet<number> => new Set(parseMountInfo(table).map(({ id }) => id));

/** Memory has a path and no place: memfd_create(2), shmget(2), mmap(2) of MAP_ANONYMOUS. Like sockets and pipes it is in a mount of the kernel's. */
const isMemory = /^\/(?:memfd:.*|SYSV[0-9a-f]{8}|dev\/zero|anon_hugepage) \(deleted\)$/s;
