import { describe, expect, test } from 'vitest';
import type { FakeProgram } from '../../../src/engine/fake/fake-program.ts';
import { runYaml } from './from-yaml.ts';
import type { Ran } from './runner-kit.ts';

/** Says `fine`, and a second later something else. */
const talks: FakeProgram = async (machine) => {
  await machine.write('fine\n');
  await machine.sleep(1000);
  await machine.write('PANIC\n');
  await machine.sleep(Number.POSITIVE_INFINITY);
  return 0;
};

/** Says `fine`, and something else as it is stopped. */
const panicsAtItsEnd: FakeProgram = async (machine) => {
  machine.onSignal('SIGTERM', () => void machine.write('PANIC\n').then(() => machine.exit(0)));
  await machine.write('fine\n');
  await machine.sleep(Number.POSITIVE_INFINITY);
  return 0;
};

/** Says something else at the very end, too late for anybody's look while it ran. */
const panicsAtOnce: FakeProgram = async (machine) => {
  machine.onSignal('SIGUSR1', () => void machine.write('PANIC\n'));
  await machine.sleep(Number.POSITIVE_INFINITY);
  return 0;
};

const run = (invariants: string, steps: string, more = ''): Promise<Ran> =>
  runYaml(
    `
images: { tools: { host: [sh] } }
services:
  db: { image: tools, command: [talks] }
  calm: { image: tools, command: [sleep, infinity], scale: 2 }
invariants:
${invariants}
steps:
${steps}
${more}`,
    { programs: { talks } },
  );

const noPanic = '  - { name: no panic, service: db, logs: { not: { contains: PANIC } } }';

describe('invariants', () => {
  test('one that breaks fails the scenario at once, with the moment and the step', async () => {
    const ran = await run(
      noPanic,
      '  - { name: before, in: calm, run: "true" }\n  - { name: long, wait: 20s }\n  - { name: after, in: calm, run: "true" }',
    );
    expect(ran.outcome).toBe('failed');
    expect(ran.problems).toMatchObject([
      {
        code: 'INVARIANT_BROKEN',
        message: expect.stringMatching(
          /^`db` broke `no panic` 1\.\d+ s after the start, during `long`: logs /,
        ),
        at: { line: 7 },
      },
    ]);
    expect(ran.stepOutcomes).toEqual(['passed', 'failed', 'skipped']);
  });

  test('those that hold are not heard of', async () => {
    const ran = await run(
      '  - { service: calm, memory: { lte: 4m }, pids: { lte: 4 }, oom_kills: 0, restarts: 0 }',
      '  - { wait: 3s }',
    );
    expect(ran.problems).toEqual([]);
    expect(ran.outcome).toBe('passed');
  });

  test('are looked at once more when the steps have passed', async () => {
    const ran = await run(noPanic, '  - { in: db, wait: { log: PANIC } }');
    expect(ran.problems).toMatchObject([{ code: 'INVARIANT_BROKEN' }]);
  });

  test('are watched while `finally` runs', async () => {
    const ran = await run(noPanic, '  - { in: calm, run: "true" }', 'finally: [{ wait: 2s }]');
    expect(ran.problems).toMatchObject([{ code: 'INVARIANT_BROKEN' }]);
    expect(ran.outcome).toBe('failed');
  });

  test('hold while services are stopped between setup and cases', async () => {
    const ran = await runYaml(
      `
images: { tools: { host: [sh] } }
services: { db: { image: tools, command: [panics] } }
invariants:
${noPanic}
setup: [{ in: db, run: "true" }]
cases:
  - { name: one, steps: [{ in: db, run: "true" }] }
finally: [{ in: db, run: "true" }]
`,
      { programs: { panics: panicsAtItsEnd } },
    );
    expect(ran.outcome).toBe('failed');
    expect(ran.problems).toMatchObject([
      {
        code: 'INVARIANT_BROKEN',
        message: expect.stringMatching(/^`db` broke `no panic` .+ after the start, as it was stopped: logs /),
      },
    ]);
    // The forks are what `setup` left, and are looked at all the same.
    expect(ran.stepOutcomes).toEqual(['passed', 'passed', 'passed', 'passed']);
  });

  test('hold until the last word before the teardown', async () => {
    const ran = await runYaml(
      `
images: { tools: { host: [sh] } }
services: { db: { image: tools, command: [panics] } }
invariants:
${noPanic}
steps: [{ in: db, run: "true" }]
finally: [{ control: { kill: db, signal: SIGUSR1 } }]
`,
      { programs: { panics: panicsAtOnce } },
    );
    expect(ran.problems).toMatchObject([{ code: 'INVARIANT_BROKEN' }]);
    expect(ran.outcome).toBe('failed');
  });

  test('of a scaled service are those of each of its containers', async () => {
    const ran = await run('  - { service: calm, pids: 0 }', '  - { wait: 3s }');
    expect(ran.problems[0]).toMatchObject({
      message: expect.stringContaining('`calm[1]` broke `calm: pids 0`'),
      expected: '0',
      actual: '1',
    });
  });
});
