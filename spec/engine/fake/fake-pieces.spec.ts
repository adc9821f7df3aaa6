import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../src/engine/fake/fake-clock.ts';
import { FakeFileSystem } from '../../../src/engine/fake/fake-file-system.ts';
import { symlinkNode, treeOf } from '../../../src/engine/fake/fake-tree.ts';
import { parseShell } from '../../../src/engine/fake/program/parse-shell.ts';

describe('the fake clock', () => {
  test('jumps from timer to timer, in order of their time', async () => {
    const clock = new FakeClock();
    const seen: [string, number][] = [];
    const wait = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      seen.push([name, clock.nowMs()]);
    };
    await Promise.all([wait('late', 90_000), wait('early', 10), wait('same', 10)]);
    expect(seen).toEqual([
      ['early', 10],
      ['same', 10],
      ['late', 90_000],
    ]);
  });

  test('does not move while something in memory is under way', async () => {
    const clock = new FakeClock();
    const timer = clock.sleep(1_000);
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(clock.nowMs()).toBe(0);
    await timer;
    expect(clock.nowMs()).toBe(1_000);
  });
});

describe('the fake file system', () => {
  const open = (files: Parameters<typeof treeOf>[0]): FakeFileSystem =>
    new FakeFileSystem(treeOf(files), false, [], () => 0);

  test.each([
    { path: '/link/f', resolved: '/dir/f' },
    { path: '/up/etc/passwd', resolved: '/etc/passwd' },
    { path: '/../../etc', resolved: '/etc' },
    { path: '/dir/./f', resolved: '/dir/f' },
  ])('$path is $resolved: links never leave the root', ({ path, resolved }) => {
    const files = open({ '/dir/f': 'x', '/link': symlinkNode('dir'), '/up': symlinkNode('../../..') });
    expect(files.resolve(path)).toBe(resolved);
  });

  test('a circle of links is an error', () => {
    expect(() => open({ '/a': symlinkNode('b'), '/b': symlinkNode('a') }).lookup('/a')).toThrow(
      /symbolic links/,
    );
  });
});

describe('the fake shell', () => {
  const words = (text: string): unknown =>
    parseShell(text).map((command) => [
      command.joint,
      ...command.words.map((word) =>
        word.map((part) => ('text' in part ? part.text : `<${part.variable}>`)).join(''),
      ),
    ]);

  test.each([
    {
      text: 'a b; c',
      parsed: [
        [';', 'a', 'b'],
        [';', 'c'],
      ],
    },
    {
      text: 'a && b || c',
      parsed: [
        [';', 'a'],
        ['&&', 'b'],
        ['||', 'c'],
      ],
    },
    { text: `echo 'a $B;c' "d $E" f$G\${H}`, parsed: [[';', 'echo', 'a $B;c', 'd <E>', 'f<G><H>']] },
    {
      text: 'a\n\n# note\nb',
      parsed: [
        [';', 'a'],
        [';', 'b'],
      ],
    },
  ])('reads $text', ({ text, parsed }) => {
    expect(words(text)).toEqual(parsed);
  });

  test.each([
    { text: 'a > f', redirection: { stream: 1, mode: 'write' } },
    { text: 'a >> f', redirection: { stream: 1, mode: 'append' } },
    { text: 'a 2>&1', redirection: { stream: 2, mode: 'duplicate' } },
    { text: 'a < f', redirection: { stream: 0, mode: 'read' } },
  ])('reads the redirection of $text', ({ text, redirection }) => {
    expect(parseShell(text)[0]?.redirections).toMatchObject([redirection]);
  });

  test('a quoted word comes out as it went in', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes("'")),
        (text) => {
          expect(parseShell(`echo '${text}'`)[0]?.words[1]).toEqual([{ text }]);
        },
      ),
    );
  });

  test('what it does not have is an error, never ignored', () => {
    expect(() => parseShell('a | b')).toThrow(/cannot read/);
    expect(() => parseShell('a &')).toThrow(/cannot read/);
  });
});
