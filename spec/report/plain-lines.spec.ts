import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MayflyEvent } from '../../src/core/event.ts';
import { PlainLines } from '../../src/report/plain-lines.ts';
import { anyStream } from './arbitrary-events.ts';
import { imageProgress, planned, runStarted } from './sample-events.ts';
import { eventfulRun } from './sample-runs.ts';

function play(events: readonly MayflyEvent[], color = false): readonly string[] {
  const lines = new PlainLines({ color });
  return events.map((event) => lines.add(event)).filter((line) => line !== undefined);
}

describe('plain progress', () => {
  test('looks as recorded', async () => {
    await expect(`${play(eventfulRun).join('\n')}\n`).toMatchFileSnapshot('plain-lines.golden.txt');
  });

  test('the first says which part of a run it is', () => {
    expect(play([runStarted({ shard: { index: 2, total: 5, of: 9 } })])).toEqual([
      expect.stringContaining(' · seed 42 · shard 2/5 of 9 scenarios · linux '),
    ]);
  });

  test('a slow image shows that it is alive every five seconds', () => {
    const times = [0, 1000, 4999, 5000, 7000, 9999, 10_000];
    const lines = play([
      runStarted(),
      planned('a'),
      ...times.map((atMs) => imageProgress('a', { atMs })),
    ]).slice(1);
    expect(lines).toEqual([
      '   5.000  a  image tools: copying node',
      '  10.000  a  image tools: copying node',
    ]);
  });

  test('each line is one line of text, whatever the stream', () => {
    fc.assert(
      fc.property(anyStream, (events) => {
        for (const line of play(events)) expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202e]/u);
        expect(play(events, true).map((line) => line.replace(/\x1b\[\d+m/g, ''))).toEqual(play(events));
      }),
      { numRuns: 100 },
    );
  });
});
