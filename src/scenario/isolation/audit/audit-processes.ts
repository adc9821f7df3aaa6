import { callOne, listInside } from '../calls.ts';
import type { Verdict } from '../check.ts';
import { mountAt } from '../mount-at.ts';
import { parseMountInfo } from '../mount-info.ts';
import { fail, inconclusive, judged, pass } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { closed, notApart } from './host-namespaces.ts';

export const processAudits: readonly Audit[] = [
  {
    check: 'pid.no-host-pids',
    claim: '/proc shows the processes of its PID namespace only.',
    looked:
      'which /proc is mounted, and from inside a list of it against what the host counts in the PID namespace',
    against: 'the processes of its PID namespace',
    look: lookAtProc,
  },
];

async function lookAtProc({ witness, processes, look, clock }: Audited): Promise<Verdict> {
  const shared = notApart(witness, 'pid', 'it sees the processes of the host');
  if (shared !== undefined) return shared;
  const inside = await look('root');
  if ('refused' in inside) return byMount(witness.read('mountinfo'), witness.readSelf('mountinfo'));
  // An ordinary user is not shown where his own helpers are: this one, and for a moment one that has just ended.
  const own = (await callOne(inside.probe, 'getpid')).value;
  const compare = async () => {
    const before = await processes();
    const listed = await listInside(inside.probe, '/proc');
    const known = new Set([own, ...[...before, ...(await processes())].map(({ pid }) => pid)]);
    const names = 'names' in listed ? listed.names : [];
    const numbers = names.filter((name) => /^\d+$/.test(name)).map(Number);
    return { listed, numbers, foreign: numbers.filter((pid) => !known.has(pid)) };
  };
  let seen = await compare();
  for (let tries = 0; seen.foreign.length > 0 && tries < mostTries; tries++) {
    await clock.sleep(pauseMs);
    seen = await compare();
  }
  const { listed, numbers, foreign } = seen;
  if ('error' in listed) return inconclusive(`/proc cannot be listed: ${listed.error}`);
  if (numbers.length === 0) return pass('/proc lists no process at all');
  return judged(
    foreign.map((pid) => `/proc/${pid} is no process of its PID namespace`),
    [`/proc lists ${numbers.join(', ')}; the host counts the same in its PID namespace`],
  );
}

const [mostTries, pauseMs] = [10, 20];

/** Every PID namespace has one file system of this type. */
function byMount(its: string | undefined, ours: string | undefined): Verdict {
  if (its === undefined || ours === undefined) return closed('mountinfo');
  const [proc, host] = [its, ours].map((text) => mountAt(parseMountInfo(text), '/proc'));
  if (proc?.type !== 'proc') return pass('nothing of type proc is mounted at /proc');
  return proc.device === host?.device
    ? fail('the /proc of the host is mounted')
    : pass(`/proc is ${proc.device}, another than the host's ${host?.device ?? ''}`);
}
