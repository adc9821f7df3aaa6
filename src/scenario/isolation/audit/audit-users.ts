import type { Witness } from '../../../core/probe.ts';
import { callOne, outcomeOf } from '../calls.ts';
import { maskIn, maskOf } from '../capabilities.ts';
import type { Verdict } from '../check.ts';
import { parentOf, statusField } from '../status-fields.ts';
import { lookAtRoot, overlap, rangesOf } from '../users.ts';
import { fail, judged, pass, unsupported } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { closed, notApart } from './host-namespaces.ts';

/** clone(2), wait(2): __WALL */
const [newUser, childSignal, waitAll] = [0x1000_0000, 17, 0x4000_0000];

export const userAudits: readonly Audit[] = [
  {
    check: 'user.root-not-host-root',
    looked: "the host's /proc/PID/uid_map: to what number 0 inside leads",
    against: 'the numbers of the host',
    look: lookAtRoot,
  },
  {
    check: 'user.ranges',
    claim: 'No other user namespace has its users.',
    looked: "the host's /proc/PID/uid_map against that of every other user namespace the runner is shown",
    against: 'a range that nobody else has, which Docker and Podman do not give by default',
    look: lookAtRanges,
  },
  {
    check: 'user.no-nested-userns',
    looked:
      'clone(CLONE_NEWUSER) as the user of the process; where only its filter could refuse it, that cannot be told',
    against: 'a refusal',
    look: tryNesting,
  },
];

function lookAtRanges({ witness }: Audited): Verdict {
  const shared = notApart(witness, 'user', 'it has the users of the host');
  if (shared !== undefined) return shared;
  const own = rangesOf(witness.read('uid_map'));
  if (own === undefined) return closed('uid_map');
  const related = new Set([witness.readSelf('ns/user'), ...namespacesAbove(witness)]);
  const others = new Map<string, boolean>();
  let hidden = 0;
  for (const pid of witness.pids()) {
    const namespace = witness.readOf(pid, 'ns/user');
    if (namespace === undefined && witness.readOf(pid, 'status') !== undefined) hidden += 1;
    if (namespace === undefined || related.has(namespace) || others.has(namespace)) continue;
    const ranges = rangesOf(witness.readOf(pid, 'uid_map')) ?? [];
    others.set(
      namespace,
      ranges.some((range) => own.some((each) => overlap(each, range))),
    );
  }
  const overlapping = [...others].filter(([, isShared]) => isShared);
  if (overlapping.length === 0 && hidden > 0)
    return unsupported(`where ${hidden} processes are is not for this user to read: run as root`);
  return judged(
    overlapping.map(([name]) => `${name} has users of the same numbers`),
    [
      `${own.map(({ outside, count }) => `${outside}–${outside + count - 1}`).join(', ')}: none of ${others.size} other user namespaces has these`,
    ],
  );
}

/** Its own and those of its ancestors, in which its users have to lie. */
function namespacesAbove(witness: Witness): readonly (string | undefined)[] {
  const found = [witness.read('ns/user')];
  for (let pid = parentOf(witness); pid > 1 && found.length < mostAncestors; ) {
    found.push(witness.readOf(pid, 'ns/user'));
    pid = Number(statusField(witness.readOf(pid, 'status') ?? '', 'PPid')[0] ?? 0);
  }
  return found;
}

const mostAncestors = 64;

async function tryNesting({ witness, look, openProbe }: Audited): Promise<Verdict> {
  const inside = await look('root');
  if ('refused' in inside) return unsupported(`it can only be tried from inside: ${inside.refused}`);
  await using probe = await openProbe('itself');
  const cloned = await callOne(probe, 'clone', newUser | childSignal, 0, 0, 0, 0);
  // Else its process 1 would inherit the dead child.
  if (cloned.value > 0) await callOne(probe, 'wait4', cloned.value, 0, waitAll, 0);
  const seen = `clone(CLONE_NEWUSER): ${outcomeOf(cloned)}`;
  if (cloned.error === 'EPERM') {
    // Some kernels let CAP_SYS_ADMIN make what they refuse to others, and the helper never has it.
    const can =
      maskIn(witness.read('status') ?? '', 'CapBnd') | maskIn(witness.read('status') ?? '', 'CapPrm');
    return (can & maskOf(['SYS_ADMIN'])) === 0n
      ? pass(`${seen}, whatever its filter says`)
      : unsupported(`${seen} without CAP_SYS_ADMIN, which the process can have`);
  }
  // user_namespaces(7): ENOSPC and EUSERS are limits, others a lack of memory, all of the moment.
  if (cloned.error !== undefined) return unsupported(`${seen}, which is no refusal`);
  return statusField(witness.read('status') ?? '', 'Seccomp')[0] === '2'
    ? unsupported(`${seen} without its filter, under which nothing of ours can be`)
    : fail(`${seen}, and it has no filter`);
}
