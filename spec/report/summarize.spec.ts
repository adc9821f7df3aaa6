import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reportLimits } from '../../src/report/report-limits.ts';
import { SummaryFold, summarize } from '../../src/report/summarize.ts';
import type { Summary } from '../../src/report/summary.ts';
import { lastAttempt, leftBehindByAll } from '../../src/report/summary.ts';
import { anyStream, orderlyStream } from './arbitrary-events.ts';
import {
  censusTaken,
  containerStarted,
  finished,
  leakFound,
  logWritten,
  planned,
  problem,
  runStarted,
  started,
  stepFinished,
  stepStarted,
} from './sample-events.ts';
import { eventfulRun, unfinishedRun } from './sample-runs.ts';

describe('summarize', () => {
  test('R29 each scenario has the outcome of its final attempt', () => {
    const { scenarios, totals } = summarize(eventfulRun);
    expect(scenarios.map((scenario) => [scenario.name, scenario.outcome, scenario.attempts.length])).toEqual([
      ['hello world', 'passed', 1],
      ['shop', 'failed', 1],
      ['a scenario that needs a second attempt', 'flaky', 2],
      ['sealed network', 'skipped', 0],
      ['limits', 'leaked', 1],
      ['broken', 'errored', 1],
    ]);
    expect(totals.outcomes).toEqual({
      passed: 1,
      failed: 1,
      errored: 1,
      flaky: 1,
      skipped: 1,
      leaked: 1,
      unfinished: 0,
    });
  });

  test('R30 carries the exit status, and says when the run did not finish', () => {
    expect(summarize(eventfulRun)).toMatchObject({ exitStatus: 5, durationMs: 9210 });
    const cut = summarize(unfinishedRun);
    expect(cut).not.toHaveProperty('exitStatus');
    expect(cut.scenarios[0]).toMatchObject({ outcome: 'unfinished' });
    expect(cut.scenarios[0]?.attempts[0]?.steps[0]).toMatchObject({ outcome: 'unfinished' });
  });

  test('a problem that a step has told is not told again by its scenario', () => {
    const own = problem({ message: 'the time is up', code: 'TIMEOUT' });
    const summary = summarize([
      planned('a'),
      started('a'),
      stepStarted('a'),
      stepFinished('a', { outcome: 'failed', problems: [problem()] }),
      finished('a', { outcome: 'failed', problems: [problem(), own] }),
    ]);
    expect(summary.scenarios[0]?.attempts[0]?.problems).toEqual([own]);
  });

  test('keeps the tail of a log and the number of its lines', () => {
    const most = reportLimits.logTailLines;
    const lines = Array.from({ length: most + 5 }, (_, index) => logWritten('a', 'web', `line ${index}`));
    const [container] =
      summarize([containerStarted('a', 'web'), ...lines]).scenarios[0]?.attempts[0]?.containers ?? [];
    expect(container?.logLines).toBe(most + 5);
    expect(container?.logTail.map((entry) => entry.line)).toEqual(
      lines.slice(5).map((event) => 'line' in event && event.line),
    );
  });

  test.each([
    { name: 'nothing, because the census says so', events: [censusTaken('a')], left: 0 },
    { name: 'not checked: silence is no proof', events: [], left: 'not checked' },
    {
      name: 'what was found, by name',
      events: [leakFound('a'), leakFound('a'), censusTaken('a', { left: 2 })],
      left: 2,
    },
    {
      name: 'what was counted, even without a name',
      events: [leakFound('a'), censusTaken('a', { left: 3 })],
      left: 3,
    },
    { name: 'what was found, even without a census', events: [leakFound('a')], left: 1 },
  ])('left behind: $name', ({ events, left }) => {
    const [scenario] = summarize([started('a'), ...events, finished('a')]).scenarios;
    expect(scenario && leftBehindByAll(scenario)).toBe(left);
  });

  test('a leak of an earlier attempt is not forgotten', () => {
    const [scenario] = summarize([
      started('a'),
      leakFound('a'),
      censusTaken('a', { left: 1 }),
      finished('a', { final: false, outcome: 'failed' }),
      started('a', { attempt: 2 }),
      censusTaken('a'),
      finished('a', { attempt: 2, outcome: 'leaked' }),
    ]).scenarios;
    expect(scenario && leftBehindByAll(scenario)).toBe(1);
  });

  test('folding event by event is folding at once, and a summary once read does not change', () => {
    const fold = new SummaryFold();
    fold.add(runStarted());
    const before = fold.summary;
    for (const event of eventfulRun) fold.add(event);
    expect(fold.summary).toEqual(summarize(eventfulRun));
    expect(before.scenarios).toEqual([]);
  });

  test('any stream adds up', () => {
    fc.assert(fc.property(fc.oneof(anyStream, orderlyStream), (events) => expectToAddUp(summarize(events))));
  });
});

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((a, b) => a + b, 0);

function expectToAddUp({ scenarios, totals }: Summary): void {
  expect(totals.scenarios).toBe(scenarios.length);
  expect(sum(totals.outcomes)).toBe(totals.scenarios);
  expect(sum(totals.stepOutcomes)).toBe(totals.steps);
  expect(totals.attempts).toBe(scenarios.flatMap((scenario) => scenario.attempts).length);
  expect(totals.steps).toBe(scenarios.flatMap((scenario) => lastAttempt(scenario)?.steps ?? []).length);
  const found = scenarios.flatMap((scenario) => scenario.attempts).flatMap((attempt) => attempt.leaks);
  expect(totals.leaks).toBeGreaterThanOrEqual(found.length);
}
