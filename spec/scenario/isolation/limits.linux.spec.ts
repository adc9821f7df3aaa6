import { expect, test } from 'vitest';
import { isolationChecks } from '../../../src/scenario/isolation/check-table.ts';
import { describeAsRoot } from '../../requires.ts';
import { notPassed, openIsolationBench, testSabotages } from './isolation-kit.ts';
import { limited, sabotagesOfLimits } from './sabotages-of-limits.ts';

const checks = isolationChecks.filter(({ id }) => id.startsWith('limit.'));
const features = ['cgroup-memory', 'cgroup-pids', 'cgroup-cpu', 'tmpfs-upper'] as const;

describeAsRoot(['userns', 'overlay', 'net', ...features], 'limits', () => {
  const bench = openIsolationBench();

  test('a container with all of them passes, by running into each', async () => {
    const verdicts = await bench.examine({
      sabotage: { name: 'none', declares: limited, breaks: {} },
    });
    expect(notPassed(verdicts)).toEqual({});
    expect(checks.map(({ id }) => [id, verdicts.get(id)?.result])).toEqual(
      checks.map(({ id }) => [id, 'pass']),
    );
  });

  test('one that declares none has nothing to show', async () => {
    const verdicts = await bench.examine({ checks });
    expect([...verdicts.values()].map(({ result }) => result)).toEqual(checks.map(() => 'n/a'));
  });

  testSabotages(bench, sabotagesOfLimits);
});
