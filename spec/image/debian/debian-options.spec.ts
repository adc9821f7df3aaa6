import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { parseDebianOptions } from '../../../src/image/debian/debian-options.ts';

const suite = 'bookworm';

describe('R9 what `debian:` says', () => {
  test('packages and include are one list, sorted, each once; minbase is the default', () => {
    const options = {
      suite,
      packages: ['redis-server', 'adduser'],
      include: ['adduser', 'g++:amd64=1:2~3-4'],
    };
    expect(parseDebianOptions(options)).toEqual({
      suite,
      packages: ['adduser', 'g++:amd64=1:2~3-4', 'redis-server'],
      components: undefined,
      variant: 'minbase',
      mirror: undefined,
    });
  });

  test.each<{ readonly name: string; readonly options: JsonObject; readonly hint: string }>([
    {
      name: 'an option as a package',
      options: { suite, packages: ['--force-yes'] },
      hint: 'a package such as',
    },
    { name: 'a package to be removed', options: { suite, packages: ['dpkg-'] }, hint: 'a package such as' },
    { name: 'a pattern', options: { suite, packages: ['?essential'] }, hint: 'a package such as' },
    { name: 'a path', options: { suite, packages: ['./evil.deb'] }, hint: 'a package such as' },
    { name: 'two in one', options: { suite, packages: ['a b'] }, hint: 'a package such as' },
    { name: 'an option as a suite', options: { suite: '--mode=root' }, hint: 'a release such as' },
    { name: 'a suite outside', options: { suite: '../bookworm' }, hint: 'a release such as' },
    { name: 'no suite', options: {}, hint: 'a release such as' },
    {
      name: 'a field in a component',
      options: { suite, components: ['main\nTrusted: yes'] },
      hint: 'a component',
    },
    { name: 'a file as a mirror', options: { suite, mirror: 'file:///srv' }, hint: 'http:// or https://' },
    {
      name: 'a field in a mirror',
      options: { suite, mirror: 'https://x/\nTrusted: yes' },
      hint: 'http:// or https://',
    },
    { name: 'an unknown variant', options: { suite, variant: 'tiny' }, hint: 'essential, apt, minbase' },
    { name: 'nothing at all', options: { suite, variant: 'custom' }, hint: 'at least one package' },
    { name: 'a number', options: { suite, packages: [1] }, hint: 'a list of texts' },
  ])('$name is refused', ({ options, hint }) => {
    expect(() => parseDebianOptions(options)).toThrow(
      expect.objectContaining({ code: 'SCENARIO_WRONG_VALUE', hint: expect.stringContaining(hint) }),
    );
  });

  test('whatever passes is a word that apt takes for nothing but a package', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 12 }), (name) => {
        try {
          parseDebianOptions({ suite, packages: [name] });
        } catch {
          return;
        }
        expect(name).toMatch(/^[a-z0-9][A-Za-z0-9+.:=~-]*$/);
        expect(name.split('=')[0]).not.toMatch(/-$/);
      }),
    );
  });
});
