import type { Rlimit } from '../../core/container.ts';
import { readInside } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { inconclusive, judged } from './verdict.ts';

/** Lines of /proc/PID/limits by getrlimit(2)'s names (fs/proc/base.c, `lnames`). */
const titles: Readonly<Record<string, string>> = {
  cpu: 'Max cpu time',
  fsize: 'Max file size',
  data: 'Max data size',
  stack: 'Max stack size',
  core: 'Max core file size',
  rss: 'Max resident set',
  nproc: 'Max processes',
  nofile: 'Max open files',
  memlock: 'Max locked memory',
  as: 'Max address space',
  locks: 'Max file locks',
  sigpending: 'Max pending signals',
  msgqueue: 'Max msgqueue size',
  nice: 'Max nice priority',
  rtprio: 'Max realtime priority',
  rttime: 'Max realtime timeout',
};

export const processLimitChecks: readonly IsolationCheck[] = [
  {
    id: 'rlimits.exact',
    claim: 'Limits of a process are the declared ones; the others are the runner’s.',
    probed: '/proc/self/limits of a new process, the host’s /proc/PID/limits of the main one',
    source: 'getrlimit(2), proc(5); CIS Docker 5.18',
    profile: 'baseline',
    look: compareLimits,
  },
  {
    id: 'oom.score',
    claim: '`oom_score_adj` is the declared one.',
    probed: '/proc/self/oom_score_adj inside, the host’s /proc/PID/oom_score_adj of the main process',
    source: 'proc(5)',
    profile: 'baseline',
    look: compareScores,
  },
];

async function compareLimits({ probe, witness, spec }: Subject): Promise<Verdict> {
  const inside = await readInside(probe, '/proc/self/limits');
  const [outside, ours] = [witness.read('limits'), witness.readSelf('limits')];
  if ('error' in inside || outside === undefined || ours === undefined)
    return inconclusive('its limits cannot be read');
  const declared = new Map(spec.process.rlimits.map((limit) => [limit.name, limit]));
  const faults = Object.entries(titles).flatMap(([name, title]) => {
    const limit = declared.get(name);
    const wanted = limit === undefined ? limitIn(ours, title) : textOf(limit);
    return [
      ['a new process', inside.text] as const,
      // The main process may have lowered its own.
      ...(limit === undefined ? [] : [['the main process', outside] as const]),
    ].flatMap(([who, text]) => {
      const has = limitIn(text, title);
      return has === wanted
        ? []
        : [`${name} of ${who} is ${has ?? 'unknown'}, declared ${wanted ?? 'unknown'}`];
    });
  });
  return judged(
    faults,
    [...declared.values()].map((limit) => `${limit.name} is ${textOf(limit)}`),
  );
}

const textOf = ({ soft, hard }: Rlimit): string =>
  [soft, hard].map((each) => (each < 0 ? 'unlimited' : each)).join(' ');

function limitIn(text: string, title: string): string | undefined {
  const line = text.split('\n').find((each) => each.startsWith(title));
  return line?.slice(title.length).trim().split(/\s+/).slice(0, 2).join(' ');
}

async function compareScores({ probe, witness, spec }: Subject): Promise<Verdict> {
  const inside = await readInside(probe, '/proc/self/oom_score_adj');
  const outside = witness.read('oom_score_adj')?.trim();
  if ('error' in inside || outside === undefined) return inconclusive('its score cannot be read');
  const declared = String(spec.process.oomScoreAdj);
  const seen = { 'a new process': inside.text.trim(), 'the main process': outside };
  return judged(
    Object.entries(seen)
      .filter(([, score]) => score !== declared)
      .map(([who, score]) => `${who} has ${score}, declared ${declared}`),
    [`it is ${declared}`],
  );
}
