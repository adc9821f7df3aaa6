import { describe, expect, test } from 'vitest';
import { DockerIgnore } from '../../../../src/image/build/context/docker-ignore.ts';

/** From moby/patternmatcher's own tables, and docs.docker.com/build/concepts/context. */
describe('.dockerignore', () => {
  test.each<readonly [rules: string, path: string, ignored: boolean]>([
    ['**', 'file', true],
    ['**', 'a/b/file', true],
    ['**/', 'file', true],
    ['**/file', 'dir/file', true],
    ['**/file', 'file', true],
    ['dir/**', 'dir/file', true],
    ['dir/**', 'dir', false],
    ['dir/**/x', 'dir/x', true],
    ['dir/**/x', 'dir/a/b/x', true],
    ['a/**/c', 'a/bc', false],
    ['**/dir2/*', 'dir/dir2/file', true],
    ['*.md', 'a.md', true],
    ['*.md', 'dir/a.md', false],
    ['**/*.md', 'dir/a.md', true],
    ['*/temp*', 'somedir/temporary.txt', true],
    ['*/temp*', 'a/b/temporary', false],
    ['temp?', 'tempa', true],
    ['temp?', 'temp', false],
    ['temp?', 'temp/', false],
    ['[a-c].txt', 'b.txt', true],
    ['[^a-c].txt', 'b.txt', false],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['/foo', 'foo', true],
    ['foo/', 'foo/bar', true],
    ['./foo/../bar', 'bar', true],
    ['foo', 'foo/bar/baz', true],
    ['# foo', '# foo', false],
    ['  foo  ', 'foo', true],
    ['*.md\n!README.md', 'README.md', false],
    ['*.md\n!README.md', 'other.md', true],
    ['!README.md\n*.md', 'README.md', true],
    ['*\n!src', 'src/a', false],
    ['*\n!src\nsrc/x', 'src/x', true],
    ['docs\n!docs/keep', 'docs/keep', false],
    ['docs\n!docs/keep', 'docs/other', true],
    ['abc.def', 'abcXdef', false],
    ['a(b)c+|', 'a(b)c+|', true],
  ])('%j: %s is ignored: %s', (rules, path, ignored) => {
    expect(new DockerIgnore(rules).ignores(path)).toBe(ignored);
  });

  test('a class that is not closed is a mistake', () => {
    expect(() => new DockerIgnore('[a')).toThrow('open [');
  });

  test('any number of stars can be read; several at once are as two', () => {
    const ignore = new DockerIgnore(`${'a*'.repeat(250_000)}\n!a***b`);
    expect([ignore.ignores('a/x/b'), ignore.ignores('c')]).toEqual([false, false]);
  });

  test('no pattern makes it slow', () => {
    const ignore = new DockerIgnore(`${'**/a*'.repeat(30)}b`);
    expect(ignore.ignores('a/'.repeat(400))).toBe(false);
  });
});
