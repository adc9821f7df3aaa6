import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { makePrng } from '../../../../src/core/prng.ts';
import { describeRequiring } from '../../../requires.ts';
import { type Account, addAccount } from './account.ts';
import { type Census, nothing } from './census.ts';
import { fortyContainers } from './forty-containers.ts';
import { Lane } from './lane.ts';
import type { LaneRun } from './lane-run.ts';

const isRoot = process.getuid?.() === 0;
/** Issue 3's number; beside the census of other tests, which is what an ordinary user has, fewer do. */
const kills = Number(process.env.MAYFLY_KILLS ?? (isRoot ? 200 : 20));
const seed = Number(process.env.MAYFLY_KILL_SEED ?? 3);
const signals = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const;
/** An orderly teardown ends before its budget of 20 s, which is what a lost wake-up would take. */
const mostTeardownMs = 15_000;
/** About a second a moment where the machine is quiet; each has limits of its own. */
const timeoutMs = 1_800_000;
const censusSeconds = isRoot ? 10 : 30;
/** Of what a run is taken to last, from one moment to the next; one that ends earlier says what it is. */
const growth = 1.02;
/** One that is left disturbs those after it. */
const mostFailures = 3;

interface Moment {
  readonly signal: (typeof signals)[number];
  /** Of a whole run's time. */
  readonly part: number;
}

interface Killed {
  /** That long a run takes, by itself. */
  readonly wholeMs: number;
  /** Undefined where nothing is left; else what is, in words. */
  readonly failure?: string;
}

async function killAt(
  { signal, part }: Moment,
  lane: Lane,
  census: Census,
  wholeMs: number,
): Promise<Killed> {
  const startedAt = performance.now();
  const running = await lane.start('test', 'forty.yaml');
  const hasEnded = await Promise.race([
    sleep(part * wholeMs, false), // the moment itself is what is tested: any will do
    running.ended.then(() => true),
  ]);
  // The machine is quicker than it was: the same moment again.
  if (hasEnded) return killAt({ signal, part }, lane, census, performance.now() - startedAt);
  running.kill(signal);
  const killedAt = performance.now();
  const { status, signal: endedBy, out, err } = await running.ended;
  const tookMs = performance.now() - killedAt;
  const left = await census.left(censusSeconds);
  const problem = problemOf(signal, endedBy ?? status, tookMs) ?? (left === nothing ? undefined : left);
  // Should it be slower by now, the moments move on.
  const next = { wholeMs: wholeMs * growth };
  if (problem === undefined) return next;
  const when = `${signal} after ${Math.round(part * wholeMs)} ms of ${Math.round(wholeMs)}`;
  return { ...next, failure: `${when}: ${problem}\n${out}${err}` };
}

/** By itself as the signal came; by the signal, as long as nobody handles it; or as interrupted. */
function problemOf(signal: string, ended: string | number | null, tookMs: number): string | undefined {
  if (![0, signal, 130, 143].some((each) => each === ended)) return `ended with ${ended}`;
  return tookMs > mostTeardownMs ? `took ${Math.round(tookMs)} ms to end` : undefined;
}

async function killAtAll(moments: readonly Moment[], account?: Account): Promise<readonly string[]> {
  const lane = await Lane.open(account);
  try {
    const limits = account === undefined && isRoot && inject('hostFeatures').includes('cgroup-memory');
    lane.write('forty.yaml', fortyContainers({ limits }));
    const census = await lane.takeCensus();
    await passed(await lane.start('test', 'forty.yaml')); // makes the image
    const startedAt = performance.now();
    await passed(await lane.start('test', 'forty.yaml'));
    let wholeMs = performance.now() - startedAt;
    const failures: string[] = [];
    for (const [index, moment] of moments.entries()) {
      const killed = await killAt(moment, lane, census, wholeMs);
      ({ wholeMs } = killed);
      if (killed.failure !== undefined) failures.push(`seed ${seed}, moment ${index}: ${killed.failure}`);
      if (failures.length === mostFailures) break;
    }
    return failures;
  } finally {
    await lane.close();
  }
}

async function passed({ ended }: LaneRun): Promise<void> {
  const { status, out, err } = await ended;
  expect(status, out + err).toBe(0);
}

function chooseMoments(lane: string, count: number): readonly Moment[] {
  const prng = makePrng(seed, lane);
  return Array.from({ length: count }, (_, index) => ({
    signal: signals[index % signals.length] ?? 'SIGKILL',
    part: prng.below(1000) / 1000,
  }));
}

const share = (part: number): number => Math.round(kills * part);

describeRequiring(['userns', 'overlay', 'net'], `runners of 40 containers killed at ${kills} moments`, () => {
  describe.concurrent('by SIGKILL, SIGTERM and SIGINT in turn', () => {
    const lanes = isRoot ? [share(0.4), share(0.4)] : [kills];
    test.each(lanes.map((count, lane) => ({ lane, count })))(
      'nothing is left after any of $count (lane $lane)',
      async ({ lane, count }) => {
        expect(await killAtAll(chooseMoments(`lane ${lane}`, count))).toEqual([]);
      },
      timeoutMs,
    );

    test.runIf(isRoot && inject('hostFeatures').includes('userns'))(
      `nor after any of ${kills - 2 * share(0.4)} as an ordinary user`,
      async () => {
        using account = addAccount(`mfkill${process.pid}`);
        expect(await killAtAll(chooseMoments('ordinary', kills - 2 * share(0.4)), account)).toEqual([]);
      },
      timeoutMs,
    );
  });
});
