import { describe, expect, test } from 'vitest';
import type { FakeProgram } from '../../../src/engine/fake/fake-program.ts';
import { runYaml } from './from-yaml.ts';
import type { Ran, RunOptions } from './runner-kit.ts';

/** A scenario of one service with a volume, whose `setup` wrote `one` to it. */
const scenario = (cases: string, service = ''): string => `
name: shelf
images: { tools: { host: [sh, cat] } }
volumes: { shelf: {} }
services:
  box: { image: tools, command: [sleep, infinity], volumes: ["shelf:/shelf"]${service} }
setup:
  - { in: box, run: "echo one > /shelf/book; echo one > /own" }
  - { id: made, in: box, run: cat /shelf/book, capture: { text: { from: stdout } } }
cases:
${cases}
`;

async function run(cases: string, service?: string, options?: RunOptions): Promise<Ran> {
  return runYaml(scenario(cases, service), options);
}

const outcomesOf = (ran: Ran): readonly (readonly [string, string])[] =>
  ran.of('stepFinished').map(({ step, outcome }) => [step, outcome]);

const readsBoth = '{ in: box, run: "cat /shelf/book /own", expect: { stdout: "one\\none" } }';

describe('R28 cases', () => {
  test('cannot see each other: volumes and file systems are forks of what setup left', async () => {
    const spoils = '{ in: box, run: "echo two > /shelf/book; echo two > /own; echo x > /shelf/other" }';
    const ran = await run(`
  - { name: spoils, steps: [${spoils}] }
  - { name: reads, steps: [${readsBoth}, { in: box, run: cat /shelf/other, expect: { exit: 1 } }] }
`);
    expect(ran.problems).toEqual([]);
    expect(ran.outcome).toBe('passed');
  });

  test('see what setup captured, and their own values', async () => {
    const ran = await run(`
  - name: reads
    vars: { greeting: "\${{ case.word }} there" }
    table: [{ word: hello }, { word: goodbye }]
    steps:
      - in: box
        if: case.word != 'nothing'
        run: echo "\${{ case.greeting }}, \${{ steps.made.text }}"
        expect: { stdout: "\${{ case.word }} there, one" }
`);
    expect(ran.problems).toEqual([]);
    expect(
      ran.of('stepStarted').flatMap(({ stepKind, name }) => (stepKind === 'case' ? [name] : [])),
    ).toEqual(['reads [word=hello]', 'reads [word=goodbye]']);
  });

  test('are told as steps that hold their steps, each with a path of its own', async () => {
    const ran = await run(`
  - { name: one, steps: [{ in: box, run: "true" }] }
  - { name: two, table: [{ a: 1 }, { a: 2 }], steps: [{ in: box, run: "true \${{ case.a }}" }] }
`);
    expect(outcomesOf(ran).map(([path]) => path)).toEqual([
      '/setup/0',
      '/setup/1',
      '/cases/0/steps/0',
      '/cases/0',
      '/cases/1[0]/steps/0',
      '/cases/1[0]',
      '/cases/1[1]/steps/0',
      '/cases/1[1]',
    ]);
    expect(ran.of('scenarioPlanned')[0]?.steps).toBe(5);
  });

  test('one that fails does not keep the others from running', async () => {
    const ran = await run(`
  - { name: fails, steps: [{ in: box, run: "false" }, { in: box, run: "true" }] }
  - { name: passes, steps: [${readsBoth}] }
`);
    expect(ran.outcome).toBe('failed');
    expect(outcomesOf(ran).slice(2)).toEqual([
      ['/cases/0/steps/0', 'failed'],
      ['/cases/0/steps/1', 'skipped'],
      ['/cases/0', 'failed'],
      ['/cases/1/steps/0', 'passed'],
      ['/cases/1', 'passed'],
    ]);
  });

  test('do not run when setup fails', async () => {
    const ran = await runYaml(
      scenario('  - { name: one, steps: [{ in: box, run: "true" }] }').replace('cat /shelf/book', 'exit 1'),
    );
    expect(outcomesOf(ran)).toEqual([
      ['/setup/0', 'passed'],
      ['/setup/1', 'failed'],
      ['/cases/0', 'skipped'],
    ]);
  });

  test('a service that dies in one fails that one only', async () => {
    const dies: FakeProgram = async (machine) => {
      machine.onSignal('SIGUSR1', () => machine.exit(3));
      await machine.sleep(Number.POSITIVE_INFINITY);
      return 0;
    };
    const cases = `
  - { name: dies, steps: [{ control: { kill: box, signal: SIGUSR1 } }, { wait: 1s }, { in: box, run: "true" }] }
  - { name: lives, steps: [{ in: box, run: "true" }] }
`;
    const text = scenario(cases).replace('[sleep, infinity]', '[dies]');
    const ran = await runYaml(text, { programs: { dies } });
    expect(outcomesOf(ran).filter(([path]) => /^\/cases\/\d$/.test(path))).toEqual([
      ['/cases/0', 'failed'],
      ['/cases/1', 'passed'],
    ]);
    expect(ran.problems).toMatchObject([{ code: 'SERVICE_DIED' }]);
  });

  test('services are ready again before the steps, by what they say since', async () => {
    const says: FakeProgram = async (machine) => {
      await machine.sleep(700);
      await machine.write('ready\n');
      await machine.sleep(Number.POSITIVE_INFINITY);
      return 0;
    };
    const text = scenario(
      `  - { name: one, steps: [{ logs: { service: box, line_count: 1 } }] }
  - { name: two, steps: [{ logs: { service: box, line_count: 1 } }] }`,
      ', ready: { log: ready }',
    ).replace('[sleep, infinity]', '[says]');
    const ran = await runYaml(text, { programs: { says } });
    expect(ran.problems).toEqual([]);
    expect(ran.of('containerReady').map(({ durationMs }) => durationMs >= 700)).toEqual([true, true, true]);
  });

  test('what had ended in setup is not started again', async () => {
    const text = scenario(`
  - { name: one, steps: [{ in: box, run: cat /shelf/done, expect: { stdout: done } }] }
  - { name: two, steps: [{ in: box, run: cat /shelf/done, expect: { stdout: done } }] }`).replace(
      'services:',
      `services:
  migrate: { image: tools, command: [sh, -c, "echo done >> /shelf/done"], volumes: ["shelf:/shelf"] }`,
    );
    const ran = await runYaml(
      text.replace(
        'volumes: ["shelf:/shelf"] }\nsetup',
        'volumes: ["shelf:/shelf"], depends_on: { migrate: { condition: service_completed_successfully } } }\nsetup',
      ),
    );
    expect(ran.problems).toEqual([]);
    expect(ran.of('containerStarted').map(({ container }) => container)).toEqual([
      'migrate',
      'box',
      'box',
      'box',
    ]);
  });

  test('`finally` runs once, where the last case left it', async () => {
    const ran = await runYaml(
      `${scenario(`
  - { name: one, steps: [{ in: box, run: "echo 1 > /shelf/book" }] }
  - { name: two, steps: [{ in: box, run: "echo 2 > /shelf/book" }] }`)}
finally:
  - { in: box, run: cat /shelf/book, expect: { stdout: "2" } }
`,
    );
    expect(ran.problems).toEqual([]);
    expect(outcomesOf(ran).at(-1)).toEqual(['/finally/0', 'passed']);
  });

  test('each keeps its evidence and its logs apart', async () => {
    const ran = await run(
      `
  - { name: one, steps: [{ in: box, run: echo 1, save: out }] }
  - { name: two, table: [{ a: 1 }], steps: [{ in: box, run: "echo 2 \${{ case.a }}", save: out }] }`,
      ', environment: { A: b }',
    );
    expect([...ran.saved.keys()].filter((path) => path.endsWith('/out'))).toEqual([
      'shop.yaml/cases-0/out',
      'shop.yaml/cases-1-0/out',
    ]);
  });
});
