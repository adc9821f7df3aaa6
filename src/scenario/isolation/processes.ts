import type { Witness } from '../../core/probe.ts';
import { call, callOne, listInside, outcomeOf } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { statusField } from './status-fields.ts';
import { fail, inconclusive, judged, notApplicable, pass } from './verdict.ts';

/** ptrace(2) */
const ptraceSeize = 0x4206;
/** How long an orphan may wait for its PID 1. */
const [reapTries, reapPauseMs] = [40, 50];

export const processChecks: readonly IsolationCheck[] = [
  {
    id: 'pid.no-host-pids',
    claim: "/proc shows this container's processes only.",
    probed:
      'getdents64 of /proc inside against what the host counts in this PID namespace, whose number 1 is its own',
    source: 'pid_namespaces(7)',
    profile: 'baseline',
    look: compareLists,
  },
  {
    id: 'pid.init-reaps',
    claim: 'PID 1 is ours and reaps orphans.',
    probed: 'a probe leaves a dead child behind and ends; the host sees it go',
    source: 'pid_namespaces(7); docker run --init',
    profile: 'standard',
    look: leaveAnOrphan,
  },
  {
    id: 'pid.no-signal-sibling',
    claim: "A sibling's process cannot be signalled or traced.",
    probed: 'kill and ptrace(PTRACE_SEIZE) of every number that a sibling’s process has in any namespace',
    source: 'kill(2), ptrace(2); CIS Docker 5.15',
    profile: 'baseline',
    look: reachForSiblings,
  },
];

async function compareLists({ container, root, witness }: Subject): Promise<Verdict> {
  const before = await container.processes();
  const listed = await listInside(root, '/proc');
  const after = await container.processes();
  if ('error' in listed) return inconclusive(`/proc cannot be listed: ${listed.error}`);
  const numbers = listed.names.filter((name) => /^\d+$/.test(name)).map(Number);
  if (numbers.length === 0 || before.length === 0) return inconclusive('no process was seen at all');
  const known = new Set([...before, ...after].map(({ pid }) => pid));
  const foreign = numbers.filter((pid) => !known.has(pid));
  const first = numberOfFirst(witness.read('status'));
  return judged(
    [
      ...foreign.map((pid) => `/proc/${pid} is no process of this container`),
      ...(first === 1 ? [] : [`its first process is number ${first ?? 'unknown'} in its namespace, not 1`]),
    ],
    [`/proc lists ${numbers.join(', ')}; the host counts the same in its PID namespace`],
  );
}

/** What the host calls those whom this namespace knows by a number. */
function processesHere(witness: Witness): ReadonlyMap<number, number> {
  const namespace = witness.read('ns/pid');
  return new Map(
    witness
      .pids()
      .filter((pid) => witness.readOf(pid, 'ns/pid') === namespace)
      .map((pid) => [numbersOf(witness.readOf(pid, 'status')).at(-1) ?? 0, pid]),
  );
}

/** Of a process in each namespace it is in, the host's first. */
const numbersOf = (status: string | undefined): readonly number[] =>
  statusField(status ?? '', 'NSpid').map(Number);

/** Of the witness's process, which is the container's first, in the innermost namespace it is in. */
const numberOfFirst = (status: string | undefined): number | undefined => numbersOf(status).at(-1);

async function leaveAnOrphan({ spec, container, clock, signal, openProbe }: Subject): Promise<Verdict> {
  if (!spec.init) return notApplicable('`init: false`: PID 1 is the service itself');
  const probe = await openProbe('root');
  let orphan: number;
  try {
    // The child ends at once; nobody waits for it.
    orphan = (await callOne(probe, 'clone', 17, 0, 0, 0, 0)).value;
  } finally {
    await probe[Symbol.asyncDispose]();
  }
  if (orphan <= 1) return inconclusive('no child could be made');
  for (let tries = 0; tries < reapTries; tries++) {
    const there = (await container.processes()).some(({ pid }) => pid === orphan);
    if (!there) return pass(`process ${orphan} lost its parent, and was reaped`);
    await clock.sleep(reapPauseMs, signal);
  }
  return fail(`process ${orphan} lost its parent, and is a zombie still`);
}

async function reachForSiblings({ probe, witness, siblings }: Subject): Promise<Verdict> {
  if (siblings.length === 0) return notApplicable('there is no other service');
  const here = processesHere(witness);
  const targets = siblings.flatMap((sibling) =>
    numbersOf(sibling.witness.read('status'))
      // A number may be another's in this namespace; killing that would show nothing.
      .filter((pid) => pid > 1 && (here.get(pid) ?? sibling.witness.pid) === sibling.witness.pid)
      .map((pid) => ({ name: sibling.name, pid })),
  );
  if (targets.length === 0) return inconclusive('no number of a sibling is free to be tried here');
  const results = await probe.calls(
    targets.flatMap(({ pid }) => [call('kill', pid, 0), call('ptrace', ptraceSeize, pid, 0, 0)]),
  );
  const seen = targets.flatMap(({ name, pid }, at) =>
    ['kill', 'ptrace'].map((what, which) => ({
      line: `${what} of ${pid} (${name}): ${outcomeOf(results[at * 2 + which])}`,
      reached: results[at * 2 + which]?.error !== 'ESRCH',
    })),
  );
  // ptrace may be refused for every number (EPERM); kill has to have found nobody.
  const reached = seen.filter(({ line, reached: yes }) => yes && !line.endsWith('EPERM'));
  return judged(
    reached.map(({ line }) => line),
    seen.map(({ line }) => line),
  );
}
