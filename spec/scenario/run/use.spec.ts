import { describe, expect, test } from 'vitest';
import { runYaml } from './from-yaml.ts';
import { fragments, head, outcomes, programs } from './groups-kit.ts';

describe('R17 use', () => {
  test('R17 does the steps of a fragment in order, with its inputs and their defaults', async () => {
    const ran = await runYaml(
      `${head}${fragments}
steps:
  - { use: greet }
  - { use: greet, with: { where: b, text: bye } }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    expect(ran.of('stepFinished').map(({ step, name }) => [step, name])).toEqual([
      ['/steps/0/use/0', 'greet with hello world'],
      ['/steps/0/use/1', expect.anything()],
      ['/steps/0', 'use greet'],
      ['/steps/1/use/0', 'greet with bye'],
      ['/steps/1/use/1', expect.anything()],
      ['/steps/1', 'use greet'],
    ]);
    expect(ran.of('stepStarted').map((event) => event.in)).toEqual([
      undefined,
      'a',
      'a',
      undefined,
      'b',
      'b',
    ]);
  });

  test('R7 R17 inputs may read captures; what a fragment captures is known under the id of its use', async () => {
    const ran = await runYaml(
      `${head}${fragments}
steps:
  - { id: first, in: a, run: [slowly, one], capture: { word: { from: stdout } } }
  - { id: greeted, use: greet, with: { more: " \${{ steps.first.word }}" } }
  - { in: a, run: [echo, "\${{ steps.greeted.line }}"], expect: { stdout: hello world one } }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
  });

  test('R17 two uses at the same time do not see each other’s captures', async () => {
    const ran = await runYaml(
      `${head}${fragments}
steps:
  - parallel:
      - { id: one, use: greet, with: { text: one } }
      - { id: two, use: greet, with: { text: two } }
  - { in: a, run: [echo, "\${{ steps.one.line }} \${{ steps.two.line }}"], expect: { stdout: one two } }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
  });

  test('R17 a step that fails skips the rest of its fragment, and is told at its place in the fragment', async () => {
    const ran = await runYaml(
      `${head}
fragments: { broken: { steps: [{ in: a, run: [fail] }, { in: a, run: [slowly] }] } }
steps:
  - { use: broken }
  - { wait: 1s }
`,
      { programs },
    );
    expect(outcomes(ran)).toEqual([
      '/steps/0/use/0 failed',
      '/steps/0/use/1 skipped',
      '/steps/0 failed',
      '/steps/1 skipped',
    ]);
    expect(ran.problems).toMatchObject([{ at: { line: 8 }, sourceLine: expect.stringContaining('broken') }]);
  });

  test('R28 a fragment reads what a case gives it', async () => {
    const ran = await runYaml(
      `${head}${fragments}
cases:
  - { name: one, vars: { word: x }, steps: [{ use: greet, with: { text: "\${{ case.word }}" } }] }
  - { name: two, table: [{ word: y }, { word: z }], steps: [{ use: greet, with: { text: "\${{ case.word }}" } }] }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    expect(ran.of('stepFinished').flatMap(({ name }) => (name.startsWith('greet') ? [name] : []))).toEqual([
      'greet with x',
      'greet with y',
      'greet with z',
    ]);
  });
});
