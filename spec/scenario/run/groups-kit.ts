import type { FakePrograms } from '../../../src/engine/fake/fake-program.ts';
import type { Ran } from './runner-kit.ts';

export const programs: FakePrograms = {
  /** Says what it was given, after a second. */
  slowly: async (machine) => {
    await machine.sleep(1_000);
    await machine.write(`${machine.argv.slice(1).join(' ')}\n`);
    return 0;
  },
  fail: () => 3,
};

export const head = `
name: groups
images: { tools: { host: [sh] } }
services:
  a: { image: tools, command: [sleep, infinity] }
  b: { image: tools, command: [sleep, infinity] }
`;

export const outcomes = (ran: Ran): readonly string[] =>
  ran.of('stepFinished').map(({ step, outcome }) => `${step} ${outcome}`);
export const durationOf = (ran: Ran, path: string): number | undefined =>
  ran.of('stepFinished').find(({ step }) => step === path)?.durationMs;

export const fragments = `
vars: { who: world }
fragments:
  greet:
    inputs: { where: a, text: "hello \${{ vars.who }}", more: "" }
    steps:
      - id: said
        name: greet with \${{ inputs.text }}
        in: \${{ inputs.where }}
        run: [slowly, "\${{ inputs.text }}\${{ inputs.more }}"]
        capture: { line: { from: stdout } }
      - in: \${{ inputs.where }}
        run: [echo, "\${{ steps.said.line }}"]
        expect: { stdout: "\${{ inputs.text }}\${{ inputs.more }}" }
`;

export const web = { web: { image: 'tools', command: ['sh'] } };
