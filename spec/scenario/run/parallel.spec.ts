import { describe, expect, test } from 'vitest';
import { runYaml } from './from-yaml.ts';
import { durationOf, head, outcomes, programs } from './groups-kit.ts';

describe('R17 parallel', () => {
  test('R17 its steps run at the same time, and it ends with the last', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - parallel:
      - { in: a, run: [slowly, one], expect: { stdout: one } }
      - { in: b, run: [slowly, two], expect: { stdout: two } }
      - { wait: 300ms }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    expect(durationOf(ran, '/steps/0')).toBe(1_000);
    expect(outcomes(ran)).toEqual([
      '/steps/0/parallel/2 passed',
      '/steps/0/parallel/0 passed',
      '/steps/0/parallel/1 passed',
      '/steps/0 passed',
    ]);
  });

  test('R17 one that fails does not stop the others; what follows does not run', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - parallel:
      - { in: a, run: [fail] }
      - { in: b, run: [slowly, two] }
  - { in: a, run: [slowly, three] }
`,
      { programs },
    );
    expect(outcomes(ran)).toEqual([
      '/steps/0/parallel/0 failed',
      '/steps/0/parallel/1 passed',
      '/steps/0 failed',
      '/steps/1 skipped',
    ]);
    expect(ran.of('stepFinished').at(-2)).toMatchObject({
      reason: 'a step of it did not pass',
      problems: [],
    });
    expect(ran.problems).toMatchObject([{ subject: 'exit', actual: '3' }]);
    expect(ran.outcome).toBe('failed');
  });

  test('R19 its time-out is for all of them together', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - timeout: 500ms
    parallel: [{ in: a, run: [slowly, one] }, { wait: 100ms }]
`,
      { programs },
    );
    expect(ran.outcome).toBe('failed');
    expect(ran.problems).toMatchObject([{ code: 'TIMEOUT', message: expect.stringContaining('500 ms') }]);
  });

  test('R19 R20 without a time-out of its own it may take as long as its steps may', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - { background: true, in: a, run: 'sleep 50; touch /done' }
  - parallel: [{ in: a, run: 'test -e /done', eventually: { within: 90s } }]
`,
    );
    expect(ran.problems).toEqual([]);
  });

  test('R19 `if` skips it whole', async () => {
    const ran = await runYaml(`${head}\nsteps:\n  - { if: 'false', parallel: [{ wait: 1s }] }\n`);
    expect(outcomes(ran)).toEqual(['/steps/0 skipped']);
  });
});
