import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makePrng } from '../../../../src/core/prng.ts';
import { MayflyBench } from '../../../cli/mayfly-process.ts';
import { describeRequiring } from '../../../requires.ts';
import { Census, nothing } from './census.ts';
import { fortyContainers } from './forty-containers.ts';

/** `npm run soak` sets 200: issue 3's number. */
const kills = Number(process.env.MAYFLY_KILLS ?? 12);
const seed = Number(process.env.MAYFLY_KILL_SEED ?? 3);
const signals = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const;
/** Alone on the machine five seconds must do; beside other tests that kill runners the census waits until they are done as well. */
const waitSeconds = kills > 12 ? 5 : 20;

let bench: MayflyBench;
let wholeMs = 0;

beforeAll(async () => {
  bench = new MayflyBench();
  bench.write('forty.yaml', fortyContainers({ limits: inject('hostFeatures').includes('cgroup-memory') }));
  const first = await bench.run(['test', 'forty.yaml']); // makes the image
  expect(first.err + first.out).toMatch(/✓ passed/);
  const startedAt = performance.now();
  await bench.run(['test', 'forty.yaml']);
  wholeMs = performance.now() - startedAt;
}, 120_000);

afterAll(() => bench.remove());

describeRequiring(
  ['userns', 'overlay', 'net'],
  `a runner of 40 containers killed at ${kills} moments`,
  () => {
    const prng = makePrng(seed, 'kill-moments');
    const moments = Array.from({ length: kills }, (_, index) => ({
      index,
      signal: signals[index % signals.length] ?? 'SIGKILL',
      part: prng.below(1000) / 1000,
    }));

    test.each(moments)(
      'nothing is left after $signal at $part of its way (moment $moment)',
      async ({ signal, part }) => {
        const census = new Census(bench);
        const running = bench.start(['test', 'forty.yaml']);
        await sleep(part * wholeMs); // the moment itself is what is tested: any will do
        running.kill(signal);
        const { status, out, err } = await running.ended;
        expect([null, 0, 130, 143], out + err).toContain(status);
        expect(census.left(waitSeconds)).toBe(nothing);
      },
      60_000,
    );
  },
);
