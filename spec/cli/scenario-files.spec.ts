import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseDirectories } from '../../src/cli/host/directories.ts';
import { findScenarioFiles } from '../../src/cli/scenarios/find-scenario-files.ts';
import { selectByTags } from '../../src/cli/scenarios/select-scenarios.ts';
import { showPath } from '../../src/cli/scenarios/show-path.ts';
import { MayflyError, MayflyErrors } from '../../src/core/mayfly-error.ts';
import { loadScenarios } from '../../src/scenario/load/load-scenarios.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-spec-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
}

const find = (...paths: readonly string[]): readonly string[] =>
  findScenarioFiles(paths, folder).map((path) => relative(folder, path));

describe('scenario files', () => {
  test('without paths: the folder `scenarios`', () => {
    write('scenarios/b.yaml', 'scenarios/a.yml', 'scenarios/deep/c.yaml', 'other/d.mayfly.yaml');
    expect(find()).toEqual(['scenarios/a.yml', 'scenarios/b.yaml', 'scenarios/deep/c.yaml']);
  });

  test('without paths and folder: every `*.mayfly.yaml` below', () => {
    write(
      'a.mayfly.yaml',
      'src/b.mayfly.yml',
      'src/c.yaml',
      'node_modules/x/d.mayfly.yaml',
      '.git/e.mayfly.yaml',
    );
    expect(find()).toEqual(['a.mayfly.yaml', 'src/b.mayfly.yml']);
  });

  test('a folder: its YAML files, but Compose’s and the configuration', () => {
    write(
      't/a.yaml',
      't/compose.yaml',
      't/docker-compose.yml',
      't/compose.override.yaml',
      't/mayfly.config.yaml',
      't/.b.yaml',
      't/readme.md',
    );
    expect(find('t')).toEqual(['t/a.yaml']);
  });

  test('a file named is taken whatever its name, and once', () => {
    write('t/a.txt', 't/b.yaml');
    expect(find('t/a.txt', 't', 't/b.yaml')).toEqual(['t/a.txt', 't/b.yaml']);
  });

  test('a link to a folder above does not make it endless', () => {
    write('t/a.yaml');
    symlinkSync('..', join(folder, 't/loop'));
    expect(find('t')).toEqual(['t/a.yaml']);
  });

  test('every missing path is told', () => {
    write('empty/readme.md');
    const attempt = (): unknown => find('x.yaml', 'y.yaml', 'empty');
    expect(attempt).toThrow(MayflyErrors);
    expect(attempt).toThrow('3 errors');
  });

  test('too deep a folder ends in a message that names the limit', () => {
    write(`t/${'d/'.repeat(20)}a.yaml`);
    const { errors } = thrownBy(() => find('t'));
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('the limit `depth` is 16'),
    ]);
  });
});

describe('tags', () => {
  const scenarios = ['[a]', '[a, b]', '[manual, b]', '[]'].flatMap((tags, index) => {
    const head = tags === '[]' ? '' : `tags: ${tags}\n`;
    const text = `name: s${index}\n${head}images: { t: { host: [echo] } }\nsteps: [{ image: t, run: [echo, hi] }]\n`;
    return loadScenarios(`s${index}.yaml`, text).scenarios;
  });
  const names = (...tags: readonly string[]): readonly string[] =>
    selectByTags(scenarios, tags).map(({ name }) => name);

  test('none asked for: all but the manual ones', () => expect(names()).toEqual(['s0', 's1', 's3']));
  test('one of several is enough', () => expect(names('a', 'c')).toEqual(['s0', 's1']));
  test('a manual one has to be asked for as such', () => {
    expect(names('b')).toEqual(['s1']);
    expect(names('b', 'manual')).toEqual(['s1', 's2']);
  });

  test.each([
    [['c'], 'the tags are a, b, manual'],
    [['c', 'd'], 'the tags are a, b, manual'],
  ])('nothing matches %j', (tags, hint) => {
    try {
      selectByTags(scenarios, tags);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'CLI_NOTHING_MATCHED', hint });
      expect(error).toBeInstanceOf(MayflyError);
    }
  });

  test('only manual ones are there', () => {
    expect(() => selectByTags(scenarios.slice(2, 3), [])).toThrow(
      expect.objectContaining({ hint: 'add --tag manual' }),
    );
  });
});

test.each([
  ['/a/b/c.yaml', '/a/b', 'c.yaml'],
  ['/a/c.yaml', '/a/b', '/a/c.yaml'],
  ['/a/b', '/a/b', '/a/b'],
  ['/a/b/..c.yaml', '/a/b', '..c.yaml'],
])('%s is shown from %s as %s', (path, from, shown) => expect(showPath(path, from)).toBe(shown));

describe('directories', () => {
  const user = { uid: 1000, gid: 1000, login: 'ann', home: '/home/ann' };
  test.each([
    ['root', { ...user, uid: 0 }, {}, '/var/lib/mayfly', '/var/lib/mayfly/state'],
    ['a user', user, {}, '/home/ann/.local/share/mayfly', '/home/ann/.local/state/mayfly'],
    ['a user’s own', user, { XDG_DATA_HOME: '/d', XDG_STATE_HOME: '/s' }, '/d/mayfly', '/s/mayfly'],
    [
      'relative ones are ignored',
      user,
      { XDG_DATA_HOME: 'd' },
      '/home/ann/.local/share/mayfly',
      '/home/ann/.local/state/mayfly',
    ],
    ['chosen', { ...user, uid: 0 }, { MAYFLY_STORE: '/x', MAYFLY_STATE: '/y' }, '/x', '/y'],
  ])('%s', (_name, who, environment, store, state) => {
    expect(chooseDirectories({ user: who, environment })).toEqual({ store, state });
  });
});

function thrownBy(attempt: () => unknown): MayflyErrors {
  try {
    attempt();
  } catch (error) {
    if (error instanceof MayflyErrors) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
