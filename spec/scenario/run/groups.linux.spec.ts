import { afterAll, expect, test } from 'vitest';
import { MayflyBench } from '../../cli/mayfly-process.ts';
import { describeRequiring } from '../../requires.ts';

const bench = new MayflyBench();
afterAll(() => bench.remove());

const head = `
images: { tools: { host: [sh, sleep, cat, echo, test, stty] } }
services: { box: { image: tools, command: [sleep, infinity], network_mode: none } }
`;

const groups = `name: groups
${head}
fragments:
  write:
    inputs: { file: null, text: hello }
    steps:
      - id: wrote
        in: box
        run: echo \${{ inputs.text }} > /tmp/\${{ inputs.file }}; cat /tmp/\${{ inputs.file }}
        capture: { line: { from: stdout } }
steps:
  - name: both
    parallel:
      - { id: one, use: write, with: { file: one } }
      - { id: two, use: write, with: { file: two, text: bye } }
  - { in: box, run: "echo '\${{ steps.one.line }} \${{ steps.two.line }}'", expect: { stdout: hello bye } }
  - { id: bg, background: true, in: box, run: "while [ ! -f /tmp/go ]; do sleep 0.02; done; echo went", expect: { stdout: went } }
  - { in: box, run: "echo > /tmp/go" }
  - { wait: { step: bg } }
  - { background: true, in: box, run: sleep 1000 }
`;

const terminal = `name: terminal
${head}
steps:
  - { in: box, tty: true, run: "test -t 0 && test -t 1 && test -t 2 && echo $TERM", expect: { stdout: xterm } }
  - { in: box, run: "test -t 1", expect: { exit: 1 } }
  - { image: tools, tty: true, run: "echo out; echo err >&2", expect: { stdout: { lines: [out, err] } } }
  - { in: box, tty: true, environment: { TERM: dumb }, run: "cat; echo $TERM", stdin: "no newline", expect: { stdout: { ends_with: "dumb\\n" } } }
`;

describeRequiring(['userns', 'overlay', 'net'], 'groups, background and terminals in real containers', () => {
  test('R17 R19 parallel, use and background', async () => {
    bench.write('groups.yaml', groups);
    const { status, out } = await bench.run(['test', 'groups.yaml']);
    expect(status, out).toBe(0);
  });

  test('R17 a failure inside is told with where it stands', async () => {
    bench.write('failing.yaml', groups.replace('cat /tmp/', 'test ! -f /tmp/'));
    const { status, out } = await bench.run(['test', 'failing.yaml']);
    expect(status).toBe(1);
    // Each below the step that holds it, whatever came first.
    expect(out.replace(/ +(in box|[\d.]+ m?s)\b/g, '')).toMatch(
      /✗ both\n {4}✗ use write\n {6}✗ run echo hello.*\n {4}✗ use write\n {6}✗ run echo bye/,
    );
    expect(out).toContain('error[EXPECTATION_FAILED]: exit');
  });

  test('R19 tty steps have a terminal, and are judged by what the program wrote', async () => {
    bench.write('terminal.yaml', terminal);
    const { status, out } = await bench.run(['test', 'terminal.yaml']);
    expect(status, out).toBe(0);
  });
});
