import { describe, expect, test } from 'vitest';
import { type DebianOptions, parseDebianOptions } from '../../../src/image/debian/debian-options.ts';
import { parseDeb822Sources } from '../../../src/image/debian/parse-deb822-sources.ts';
import { parseOneLineSources } from '../../../src/image/debian/parse-one-line-sources.ts';
import { type MachineFacts, planSources, renderSources } from '../../../src/image/debian/plan-sources.ts';

const deb822 = `# how this machine fetches
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: https://deb.other.example/node
Suites: nodistro
Components: main
Signed-By: /usr/share/keyrings/other.gpg
`;

const oneLine = `
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian buster main contrib # a comment
deb-src http://mirror.example/debian buster main
deb http://security.example/debian-security buster/updates main
`;

const machine = (changes: Partial<MachineFacts> = {}): MachineFacts => ({
  entries: parseDeb822Sources(deb822, '/etc/apt/sources.list.d/debian.sources'),
  architecture: 'amd64',
  codename: 'bookworm',
  keyrings: ['/usr/share/keyrings/debian-archive-keyring.gpg'],
  ...changes,
});

const options = (changes: Readonly<Record<string, string | readonly string[]>> = {}): DebianOptions =>
  parseDebianOptions({ suite: 'trixie', packages: ['hello'], ...changes });

const planned = (wanted: DebianOptions, facts = machine()): readonly string[] =>
  planSources(wanted, facts).map(({ uri, suite, components }) => `${uri} ${suite} ${components.join(' ')}`);

describe('R9 where Debian packages come from', () => {
  test("this machine's own archive, with the suite exchanged, its updates and security fixes", () => {
    expect(planned(options())).toEqual([
      'http://mirror.example/debian trixie main',
      'http://mirror.example/debian trixie-updates main',
      'http://mirror.example/debian-security trixie-security main',
    ]);
  });

  test('a rolling release has neither', () => {
    expect(planned(options({ suite: 'sid' }))).toEqual(['http://mirror.example/debian sid main']);
  });

  test('components that are asked for', () => {
    expect(planned(options({ components: ['main', 'contrib'] }))[0]).toBe(
      'http://mirror.example/debian trixie contrib main',
    );
  });

  test('a mirror that is asked for, with the keys of this machine', () => {
    const sources = planSources(options({ mirror: 'https://old.example/debian' }), machine());
    expect(renderSources(sources)).toBe(
      `Types: deb
URIs: https://old.example/debian
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`,
    );
  });

  test('the format of one line, and the old name of security fixes', () => {
    const entries = parseOneLineSources(oneLine, '/etc/apt/sources.list');
    const facts = machine({ entries, codename: 'buster' });
    expect(planned(options(), facts)).toEqual([
      'http://mirror.example/debian trixie main contrib',
      'http://security.example/debian-security trixie-security main',
    ]);
    expect(planSources(options(), facts)[0]?.fields).toEqual({ 'Signed-By': '/k.gpg' });
  });

  test('what is for another architecture does not count', () => {
    const entries = parseOneLineSources(oneLine, 'x').slice(0, 1);
    expect(() => planned(options(), machine({ entries, architecture: 'arm64' }))).toThrow(
      expect.objectContaining({ code: 'IMAGE_NOT_FOUND' }),
    );
  });

  test('a machine without an archive says so', () => {
    expect(() => planned(options(), machine({ entries: [] }))).toThrow(
      'the apt sources of this machine name no Debian archive',
    );
  });
});
