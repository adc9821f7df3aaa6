import { expect, test } from 'vitest';
import { inspectCommand } from '../../../src/cli/command/inspect.ts';
import { parseSearch } from '../../../src/cli/images/parse-search.ts';
import { sayLine } from '../../../src/cli/images/say-line.ts';
import { archiveOf, configJson, ociFiles, twoLayers } from '../../image/image-fixtures.ts';
import { StoreBench } from '../../image/store-bench.ts';
import { testSurroundings } from '../test-surroundings.ts';

test.each([
  ['C0', 'a\u001b[2Jb', 'a\\x1b[2Jb\n'],
  ['C1', 'a\u009b2Jb', 'a\\x9b2Jb\n'],
  ['an order that turns text around', 'a\u202eb', 'a\\u{202e}b\n'],
  ['a second line', 'a\nwarning: b', 'a\\nwarning: b\n'],
])('a line of progress shows %s and does not send it', (_, line, shown) => {
  const surroundings = testSurroundings();
  sayLine(surroundings.stderr, line);
  expect(surroundings.err()).toBe(shown);
});

test.each([
  [true, 'a\\x9b2Jb'],
  [false, 'a\u009b2Jb'],
])(
  'what an image says of itself reaches a program as it is, and no terminal (%s)',
  async (isTerminal, shown) => {
    using bench = new StoreBench();
    const config = configJson(twoLayers(), { config: { Env: ['A=a\u009b2Jb'] } });
    await bench.load(archiveOf(ociFiles(twoLayers(), { config, refName: 'docker.io/library/app:1' })));
    const surroundings = testSurroundings({ environment: { MAYFLY_STORE: bench.store } });
    const stdout = { ...surroundings.stdout, isTerminal };
    await inspectCommand.run(
      { flags: { format: undefined }, positionals: ['app:1'] },
      { ...surroundings, stdout },
    );
    expect(surroundings.out()).toContain(`A=${shown}`);
  },
);

test('what is looked for in no registry is refused before anybody is asked', () => {
  expect(() => parseSearch('localhost:70000/team', [])).toThrow(/no registry/);
  expect(parseSearch('localhost:5000/team', []).registry).toBe('localhost:5000');
});
