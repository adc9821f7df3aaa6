import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/core/event.ts';
import { exitStatusOf } from '../../../src/scenario/run/exit-status.ts';

describe('R30 exit status', () => {
  const result = (
    outcome: Outcome,
    ...errorStatuses: readonly number[]
  ): { outcome: Outcome; errorStatuses: readonly number[] } => ({ outcome, errorStatuses });
  const plain = { failOnFlaky: false, failOnSkipped: false };

  test.each([
    { name: 'all passed', results: [result('passed'), result('passed')], status: 0 },
    { name: 'nothing matched', results: [], status: 2 },
    { name: 'flaky passes', results: [result('flaky')], status: 0 },
    {
      name: 'flaky with --fail-on-flaky',
      results: [result('flaky')],
      options: { failOnFlaky: true },
      status: 1,
    },
    { name: 'some skipped', results: [result('passed'), result('skipped')], status: 0 },
    {
      name: 'some skipped with --fail-on-skipped',
      results: [result('passed'), result('skipped')],
      options: { failOnSkipped: true },
      status: 1,
    },
    { name: 'all skipped', results: [result('skipped')], status: 3 },
    { name: 'one failed', results: [result('passed'), result('failed', 1)], status: 1 },
    { name: 'errored', results: [result('errored', 4)], status: 4 },
    { name: 'errored for a reason unknown', results: [result('errored')], status: 4 },
    { name: 'errored by the input', results: [result('errored', 2)], status: 2 },
    { name: 'errored by the host', results: [result('errored', 3, 1)], status: 3 },
    { name: 'leaked', results: [result('leaked')], status: 5 },
    { name: '4 over 1', results: [result('failed', 1), result('errored', 4)], status: 4 },
    {
      name: '5 over 4 over 1',
      results: [result('failed', 1), result('leaked', 5), result('errored', 4)],
      status: 5,
    },
    {
      name: 'interrupted over failed',
      results: [result('failed', 1)],
      options: { interruptedBy: 'SIGINT' },
      status: 130,
    },
    { name: 'an empty part of a run', results: [], options: { isPart: true }, status: 0 },
    { name: 'nothing at all', results: [], status: 2 },
    { name: 'a part that is skipped', results: [result('skipped')], options: { isPart: true }, status: 3 },
    { name: 'terminated', results: [], options: { interruptedBy: 'SIGTERM' }, status: 143 },
    {
      name: 'leaked over interrupted',
      results: [result('leaked')],
      options: { interruptedBy: 'SIGINT' },
      status: 5,
    },
  ])('$name: $status', ({ results, options, status }) => {
    expect(exitStatusOf(results, { ...plain, ...options })).toBe(status);
  });
});
