import { describe, expect, test } from 'vitest';
import type { ImageHealthcheck } from '../../../src/core/image.ts';
import type { Json } from '../../../src/core/json.ts';
import { planHealth, unhealthyAfterMs } from '../../../src/scenario/ready/plan-health.ts';

interface Row {
  readonly name: string;
  readonly own: Json;
  readonly image?: ImageHealthcheck;
  /** Test, interval, time-out, retries, start period. */
  readonly plan: readonly [readonly string[], number, number, number, number] | undefined;
}

const ofImage: ImageHealthcheck = {
  test: ['CMD', 'image'],
  intervalMs: 7,
  timeoutMs: 8,
  retries: 9,
  startPeriodMs: 10,
};

const rows: readonly Row[] = [
  { name: 'Docker’s defaults', own: { test: ['CMD', 'x'] }, plan: [['CMD', 'x'], 30_000, 30_000, 3, 0] },
  {
    name: 'text is for the shell',
    own: { test: 'x && y' },
    plan: [['CMD-SHELL', 'x && y'], 30_000, 30_000, 3, 0],
  },
  {
    name: 'everything said',
    own: { test: ['CMD', 'x'], interval: '1s', timeout: '2s', retries: 4, start_period: '5s' },
    plan: [['CMD', 'x'], 1_000, 2_000, 4, 5_000],
  },
  { name: 'the image’s', own: true, image: ofImage, plan: [['CMD', 'image'], 7, 8, 9, 10] },
  {
    name: 'what is left out is the image’s',
    own: { interval: '1s' },
    image: ofImage,
    plan: [['CMD', 'image'], 1_000, 8, 9, 10],
  },
  {
    name: 'its own test over the image’s',
    own: { test: ['CMD', 'x'] },
    image: ofImage,
    plan: [['CMD', 'x'], 7, 8, 9, 10],
  },
  { name: 'nobody says what to run', own: { interval: '1s' }, plan: undefined },
  { name: 'turned off', own: { disable: true }, image: ofImage, plan: undefined },
  { name: 'turned off by NONE', own: { test: ['NONE'] }, image: ofImage, plan: undefined },
  { name: 'turned off by the image', own: true, image: { test: ['NONE'] }, plan: undefined },
  {
    name: 'no number of retries is Docker’s',
    own: { test: 'x', retries: 0 },
    plan: [['CMD-SHELL', 'x'], 30_000, 30_000, 3, 0],
  },
];

describe('R13 R16 a health check', () => {
  test.each(rows)('$name', ({ own, image, plan }) => {
    const health = planHealth(own, image);
    const shown = health && [
      health.test,
      health.intervalMs,
      health.timeoutMs,
      health.retries,
      health.startPeriodMs,
    ];
    expect(shown).toEqual(plan);
  });

  test('R16 nobody waits longer than Docker would before it says unhealthy', () => {
    const plan = { test: ['CMD', 'x'], intervalMs: 1_000, timeoutMs: 1, retries: 4, startPeriodMs: 5_000 };
    expect(unhealthyAfterMs(plan)).toBe(9_000);
  });
});
