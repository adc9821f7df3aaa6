import { describe, expect, test } from 'vitest';
import { runYaml } from './from-yaml.ts';
import { durationOf, head, outcomes, programs } from './groups-kit.ts';

describe('R19 background', () => {
  test('R19 goes on while later steps run, and is waited for by its id', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - { id: bg, background: true, in: a, run: [slowly, one], expect: { stdout: one } }
  - { wait: 400ms }
  - { wait: { step: bg } }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    expect(durationOf(ran, '/steps/2')).toBe(600);
  });

  test('R19 ends with the scenario', async () => {
    const ran = await runYaml(
      `${head}\nsteps:\n  - { background: true, in: a, run: [sleep, infinity] }\n  - { wait: 1s }\n`,
    );
    expect(ran.outcome).toBe('passed');
    expect(ran.of('stepFinished').find(({ step }) => step === '/steps/0')).toMatchObject({
      outcome: 'passed',
      reason: 'ended with the scenario',
    });
  });

  test('R19 in finally it goes on beside the other steps, and ends with the last of them', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - { wait: 1s }
finally:
  - { background: true, in: a, run: [sleep, infinity] }
  - { id: bg, background: true, in: a, run: [slowly, one] }
  - { wait: { step: bg } }
  - { wait: 1s }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    const ended = (path: string) => ran.of('stepFinished').find(({ step }) => step === path);
    expect(ended('/finally/0')).toMatchObject({ outcome: 'passed', reason: 'ended with the scenario' });
    expect(ended('/finally/2')).toMatchObject({ outcome: 'passed' });
    expect(durationOf(ran, '/finally/2')).toBe(1_000);
    expect(ran.of('stepFinished').at(-1)?.step).toBe('/finally/0');
  });

  test('R19 in finally one that fails fails the scenario, and is told once, as is one of steps', async () => {
    const failing = `{ background: true, in: a, run: [fail] }`;
    const ran = await runYaml(
      `${head}\nsteps:\n  - ${failing}\n  - { wait: 1s }\nfinally:\n  - ${failing}\n  - { wait: 1s }\n`,
      { programs },
    );
    expect(outcomes(ran).filter((outcome) => outcome.endsWith(' failed'))).toHaveLength(2);
    expect(ran.result.scenarios[0]?.errorStatuses).toHaveLength(2);
  });

  test('R19 one that fails fails the scenario, and whoever waits for it', async () => {
    const failing = `${head}\nsteps:\n  - { id: bg, background: true, in: a, run: [fail] }\n  - { wait: 1s }\n`;
    expect((await runYaml(failing, { programs })).outcome).toBe('failed');
    const waiting = await runYaml(`${failing}  - { wait: { step: bg } }\n  - { wait: 1s }\n`, { programs });
    expect(outcomes(waiting).slice(-2)).toEqual(['/steps/2 failed', '/steps/3 skipped']);
    expect(waiting.problems.map(({ message }) => message)).toContain('the background step `bg` failed');
  });
});
