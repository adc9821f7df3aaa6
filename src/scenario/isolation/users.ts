import type { Witness } from '../../core/probe.ts';
import { callOne, outcomeOf } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { parentOf, statusField } from './status-fields.ts';
import { fail, inconclusive, judged, notApplicable, pass } from './verdict.ts';

/** clone(2) */
const [newUser, childSignal] = [0x1000_0000, 17];

interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

export const userChecks: readonly IsolationCheck[] = [
  {
    id: 'user.root-not-host-root',
    claim: 'Root of the container is not root of the host.',
    probed: "the host's /proc/PID/uid_map: to what number 0 inside leads",
    source: 'user_namespaces(7); CIS Docker 2.9',
    profile: 'standard',
    look: lookAtRoot,
  },
  {
    id: 'user.ranges',
    claim: 'Scenarios that run at once have no user in common, but those of one ordinary user.',
    probed:
      "the host's /proc/*/uid_map: no other namespace's range overlaps, but those within the same scenario",
    source: 'user_namespaces(7); subuid(5)',
    profile: 'standard',
    look: lookAtRanges,
  },
  {
    id: 'user.no-nested-userns',
    claim: 'No further user namespace can be made inside.',
    probed: 'clone(CLONE_NEWUSER) and unshare(CLONE_NEWUSER), in a probe of its own',
    source: 'user_namespaces(7); moby, profiles/seccomp',
    profile: 'standard',
    look: tryNesting,
  },
];

export async function lookAtRoot({ witness }: Pick<Subject, 'witness'>): Promise<Verdict> {
  const map = rangesOf(witness.read('uid_map'));
  if (map === undefined) return inconclusive("the host's /proc does not tell");
  const root = map.find(({ inside, count }) => inside === 0 && count > 0);
  if (root === undefined) return pass('nobody inside has number 0');
  return root.outside === 0
    ? fail('root inside is number 0 outside')
    : pass(`root inside is number ${root.outside} outside`);
}

/** A user's own range is all that it has: only root gives each scenario another one. */
async function lookAtRanges({ witness, examination }: Subject): Promise<Verdict> {
  if (witness.readSelf('status')?.match(/^Uid:\t\d+\t(\d+)/m)?.[1] !== '0')
    return notApplicable('an ordinary user has one range for all scenarios');
  const own = rangesOf(witness.read('uid_map'));
  if (own === undefined) return inconclusive("the host's /proc does not tell");
  const others = foreign.get(examination) ?? rangesOfOthers(witness);
  foreign.set(examination, others);
  const overlapping = [...others].filter(([, ranges]) =>
    ranges.some((range) => own.some((mine) => overlap(mine, range))),
  );
  return judged(
    overlapping.map(([namespace]) => `${namespace} has users of the same numbers`),
    [
      `${own.map(({ outside, count }) => `${outside}–${outside + count - 1}`).join(', ')}: none of ${others.size} other user namespaces has these`,
    ],
  );
}

/** All services of a scenario are beside the same strangers: their processes, which may be many, are looked through once. */
const foreign = new WeakMap<Subject['examination'], ReadonlyMap<string, readonly IdRange[]>>();

/** Without the host's, and without those of the scenario: of all that the same process has started, and its own. */
function rangesOfOthers(witness: Witness): ReadonlyMap<string, readonly IdRange[]> {
  const starter = parentOf(witness);
  const related = new Set([witness.readSelf('ns/user'), witness.readOf(starter, 'ns/user')]);
  const inhabitants = new Map<string, number[]>();
  for (const pid of witness.pids()) {
    const namespace = witness.readOf(pid, 'ns/user');
    // Most are in the host's: to read who started them would take longer than all else.
    if (namespace !== undefined && !related.has(namespace))
      inhabitants.set(namespace, [...(inhabitants.get(namespace) ?? []), pid]);
  }
  const isStarted = (pid: number): boolean =>
    Number(statusField(witness.readOf(pid, 'status') ?? '', 'PPid')[0]) === starter;
  return new Map(
    [...inhabitants]
      .filter(([, pids]) => !pids.some(isStarted))
      .map(([namespace, pids]) => [namespace, rangesOfFirst(witness, pids)]),
  );
}

/** Of one that is still there. */
function rangesOfFirst(witness: Witness, pids: readonly number[]): readonly IdRange[] {
  for (const pid of pids) {
    const ranges = rangesOf(witness.readOf(pid, 'uid_map'));
    if (ranges !== undefined) return ranges;
  }
  return [];
}

async function tryNesting({ openProbe }: Subject): Promise<Verdict> {
  await using probe = await openProbe('itself');
  const cloned = await callOne(probe, 'clone', newUser | childSignal, 0, 0, 0, 0);
  const unshared = await callOne(probe, 'unshare', newUser);
  const seen = [
    `clone(CLONE_NEWUSER): ${outcomeOf(cloned)}`,
    `unshare(CLONE_NEWUSER): ${outcomeOf(unshared)}`,
  ];
  return cloned.error === undefined || unshared.error === undefined ? fail(...seen) : pass(...seen);
}

export function rangesOf(map: string | undefined): readonly IdRange[] | undefined {
  if (map === undefined) return undefined;
  return map
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([inside, outside, count]) =>
      inside === undefined || outside === undefined || count === undefined
        ? []
        : [{ inside, outside, count }],
    );
}

export const overlap = (a: IdRange, b: IdRange): boolean =>
  a.outside < b.outside + b.count && b.outside < a.outside + a.count;
