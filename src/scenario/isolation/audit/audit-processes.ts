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

async function lookAtProc({ witness, processes, look }: Audited): Promise<Verdict> {
  const shared = notApart(witness, 'pid', 'it sees the processes of the host');
  if (shared !== undefined) return shared;
  const inside = await look('root');
  if ('refused' in inside) return byMount(witness.read('mountinfo'), witness.readSelf('mountinfo'));
  // An ordinary user is not shown what namespace his own helper is in.
  const own = (await callOne(inside.probe, 'getpid')).value;
  const before = await processes();
  const listed = await listInside(inside.probe, '/proc');
  const after = await processes();
  if ('error' in listed) return inconclusive(`/proc cannot be listed: ${listed.error}`);
  const numbers = listed.names.filter((name) => /^\d+$/.test(name)).map(Number);
  if (numbers.length === 0) return pass('/proc lists no process at all');
  const known = new Set([own, ...[...before, ...after].map(({ pid }) => pid)]);
  const foreign = numbers.filter((pid) => !known.has(pid));
  return judged(
    foreign.map((pid) => `/proc/${pid} is no process of its PID namespace`),
    [`/proc lists ${numbers.join(', ')}; the host counts the same in its PID namespace`],
  );
}

/** Every PID namespace has one file system of this type. */
function byMount(its: string | undefined, ours: string | undefined): Verdict {
  if (its === undefined || ours === undefined) return closed('mountinfo');
  const [proc, host] = [its, ours].map((text) => mountAt(parseMountInfo(text), '/proc'));
  if (proc?.type !== 'proc') return pass('nothing of type proc is mounted at /proc');
  return proc.device === host?.device
    ? fail('the /proc of the host is mounted')
    : pass(`/proc is ${proc.device}, another than the host's ${host?.device ?? ''}`);
}
