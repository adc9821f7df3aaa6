import type { Clock } from '../../core/clock.ts';
import type { Probe } from '../../core/probe.ts';
import { Scope } from '../../core/scope.ts';
import { call, callOne } from './calls.ts';
import type { Subject, Twin, Verdict } from './check.ts';
import { sameGroup } from './limit-surroundings.ts';
import { fail, inconclusive, notApplicable, pass, unsupported } from './verdict.ts';

/** sched-bwc.rst: what a group may use is counted anew in each period; a measurement may touch two more than fit in it. */
const periodMs = 100;
/** Long enough for those not to matter much; the second, for hosts that are busy otherwise. */
const [leastMs, mostMs] = [10 * periodMs, 30 * periodMs];
/** A processor is given so much at a time, and may use it up after all is used (`sched_cfs_bandwidth_slice_us`). */
const sliceMs = 5;
const probeBudgetMs = 10_000;
/** Some milliseconds of work in the kernel. */
const work = Array.from({ length: 128 }, () => call('getrandom', { scratch: 16_384 }, 16_384, 0));
/** Batches that wait in the helper's input, so that it never waits for us. */
const ahead = 3;

/**
 * Helpers in a twin work as hard as they can, one more than the quota has processors. That the kernel held them back is the positive control:
 * without the quota they would have used more.
 */
export async function exceedProcessorTime(subject: Subject): Promise<Verdict> {
  const { cpus } = subject.spec.limits;
  if (cpus === undefined) return notApplicable('cpus was not declared');
  return await subject.alone(async () => {
    await using twin = await subject.openTwin();
    const processors = await processorsOf(twin.root);
    const burners = Math.floor(cpus) + 1;
    if (burners > processors)
      return unsupported(
        `more than ${cpus} processors cannot be tried to use: there are ${processors} that it may run on`,
      );
    const verdict = await burn(subject, twin, cpus, burners);
    const wrongGroup = sameGroup(subject, twin, 'cpu');
    return wrongGroup.length > 0 ? fail(...wrongGroup, ...verdict.evidence) : verdict;
  });
}

async function burn({ clock, signal }: Subject, twin: Twin, cpus: number, burners: number): Promise<Verdict> {
  await using scope = new Scope(probeBudgetMs, clock);
  const probes = [twin.root];
  while (probes.length < burners)
    probes.push(scope.own('a helper', await twin.container.probe('root', signal)));
  const startedAtMs = clock.nowMs();
  const before = await twin.container.usage();
  let isHeld = false;
  await Promise.all(probes.map((probe) => keepBusy(probe, clock, startedAtMs, () => isHeld)).concat(watch()));
  const after = await twin.container.usage();
  const wallMs = clock.nowMs() - startedAtMs;
  if (before.cpuMs === undefined || after.cpuMs === undefined)
    return inconclusive('nothing counts its processor time');
  const usedMs = after.cpuMs - before.cpuMs;
  const held = (after.throttledPeriods ?? 0) - (before.throttledPeriods ?? 0);
  const mostUsedMs = cpus * (Math.floor(wallMs / periodMs) + 2) * periodMs + sliceMs * burners;
  const line = `${burners} helpers used ${Math.round(usedMs)} ms of processor time in ${Math.round(wallMs)} ms, where ${cpus} processors allow ${Math.round(mostUsedMs)}; they were held back in ${held} periods`;
  if (usedMs > mostUsedMs) return fail(line);
  return held > 0
    ? pass(line)
    : inconclusive(`${line}: nothing shows that they would have used more (is the machine busy?)`);

  async function watch(): Promise<void> {
    while (clock.nowMs() - startedAtMs < mostMs && !isHeld) {
      await clock.sleep(periodMs, signal);
      const { throttledPeriods = 0 } = await twin.container.usage();
      isHeld = throttledPeriods > (before.throttledPeriods ?? 0);
    }
  }
}

/** For the shorter time, and for the longer one while it has not been held back. */
async function keepBusy(
  probe: Probe,
  clock: Clock,
  startedAtMs: number,
  isHeld: () => boolean,
): Promise<void> {
  const goesOn = (): boolean => {
    const sinceMs = clock.nowMs() - startedAtMs;
    return sinceMs < leastMs || (sinceMs < mostMs && !isHeld());
  };
  const batches: Promise<unknown>[] = [];
  for (let sent = 0; sent < ahead; sent++) batches.push(probe.calls(work));
  while (batches.length > 0) {
    await batches.shift();
    if (goesOn()) batches.push(probe.calls(work));
  }
}

/** sched_setaffinity(2): how many bits of the mask are set; `cpuset` is among what limits it. */
async function processorsOf(probe: Probe): Promise<number> {
  const { out } = await callOne(probe, 'sched_getaffinity', 0, 1024, { out: 1024 });
  return [...(out[0] ?? [])].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
}
