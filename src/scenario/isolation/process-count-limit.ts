import type { Probe } from '../../core/probe.ts';
import { call, callOne, outcomeOf } from './calls.ts';
import type { Subject, Verdict } from './check.ts';
import { lostAmong, sameGroup } from './limit-surroundings.ts';
import { inconclusive, judged, notApplicable } from './verdict.ts';

const sigchld = 17;
/** Of one batch. */
const mostAtOnce = 1024;

/** A helper in a twin makes children until it is refused; a dead one that nobody waits for counts, too (cgroups/pids.rst). */
export async function exceedProcesses(subject: Subject): Promise<Verdict> {
  const { pids = -1 } = subject.spec.limits;
  if (pids < 0) return notApplicable('pids_limit was not declared');
  const others = [subject, ...subject.siblings];
  await using twin = await subject.openTwin();
  const { pids: before } = await twin.container.usage();
  if (before === undefined) return inconclusive('nothing counts its processes');
  const { made, refusal } = await fork(twin.root, pids - before + 1);
  const { pids: counted } = await twin.container.usage();
  const elsewhere = await Promise.all(subject.siblings.map(({ root }) => forkOnce(root)));
  return judged(
    [
      ...sameGroup(subject, twin, 'pids'),
      ...(refusal === 'EAGAIN' && before + made === pids && counted === pids
        ? []
        : [
            `with ${before} processes at first and ${made} made, ${counted ?? 'unknown'} are counted, and the next ended with ${refusal}; declared are ${pids}`,
          ]),
      ...lostAmong(others),
      ...subject.siblings.flatMap(({ name }, at) =>
        elsewhere[at] === 'success' ? [] : [`in ${name} no process could be made then: ${elsewhere[at]}`],
      ),
    ],
    [
      `with ${before} processes at first, ${made} could be made, and process ${pids + 1} was refused with EAGAIN`,
      ...subject.siblings.map(({ name }) => `one could still be made in ${name}`),
    ],
  );
}

/** Children that end at once and are waited for by nobody: up to so many, or until one is refused. */
async function fork(
  probe: Probe,
  most: number,
): Promise<{ readonly made: number; readonly refusal: string }> {
  let made = 0;
  while (made < most) {
    const count = Math.min(mostAtOnce, most - made);
    const results = await probe.calls(
      Array.from({ length: count }, () => call('clone', sigchld, 0, 0, 0, 0)),
    );
    const refused = results.findIndex(({ error }) => error !== undefined);
    if (refused >= 0) return { made: made + refused, refusal: outcomeOf(results[refused]) };
    made += count;
  }
  return { made, refusal: 'success' };
}

async function forkOnce(probe: Probe): Promise<string> {
  const child = await callOne(probe, 'clone', sigchld, 0, 0, 0, 0);
  if (child.error === undefined) await callOne(probe, 'wait4', child.value, 0, 0, 0);
  return outcomeOf(child);
}
