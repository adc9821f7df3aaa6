import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/cli/config/find-config.ts';
import { parseConfig } from '../../src/cli/config/parse-config.ts';
import { readVars } from '../../src/cli/config/read-vars.ts';
import { MayflyErrors, renderError } from '../../src/core/mayfly-error.ts';

function errorsOf(text: string): readonly string[] {
  try {
    parseConfig('mayfly.config.yaml', text, '/home/ann');
    return [];
  } catch (error) {
    if (error instanceof MayflyErrors) return error.errors.map((each) => renderError(each));
    throw error;
  }
}

describe('R32 mayfly.config.yaml', () => {
  test('says time-outs, jobs and reports', () => {
    const text =
      'timeout: 1m30s\nimage_timeout: 1h\njobs: 3\nreports: [table, junit=out/junit.xml, json=/tmp/x.json]\nx-note: mine\n';
    expect(parseConfig('mayfly.config.yaml', text, '/home/ann')).toEqual({
      timeoutMs: 90_000,
      imageTimeoutMs: 3_600_000,
      jobs: 3,
      reports: ['table', 'junit=/home/ann/out/junit.xml', 'json=/tmp/x.json'],
    });
  });

  test.each(['', '# nothing\n', '{}'])('may be empty: %j', (text) => {
    expect(parseConfig('mayfly.config.yaml', text, '/home/ann')).toEqual({});
  });

  test('a mistake is shown at its place, with what was meant', () => {
    expect(errorsOf('jobs: 2\ntimeuot: 5s\n')).toEqual([
      [
        'error[CONFIG_INVALID]: unknown key `timeuot`',
        '  --> mayfly.config.yaml:2:1',
        '  |',
        '2 | timeuot: 5s',
        '  | ^^^^^^^',
        '  = did you mean `timeout`?',
      ].join('\n'),
    ]);
  });

  test.each([
    ['timeout: 5', 'CONFIG_INVALID', '`timeout` is a duration'],
    ['timeout: 0s', 'CONFIG_INVALID', '`timeout` is a duration'],
    ['image_timeout: soon', 'CONFIG_INVALID', '`image_timeout` is a duration'],
    ['jobs: 0', 'CONFIG_INVALID', '`jobs` is a whole number'],
    ['jobs: 1.5', 'CONFIG_INVALID', '`jobs` is a whole number'],
    ['reports: table', 'CONFIG_INVALID', '`reports` is a list'],
    ['reports: [1]', 'CONFIG_INVALID', '`reports` is a list'],
    ['[1, 2]', 'CONFIG_INVALID', 'the file has to hold a mapping'],
    ['jobs: 1\n---\njobs: 2', 'CONFIG_INVALID', 'more than one document'],
    ['jobs: 1\njobs: 2', 'SCENARIO_DUPLICATE_KEY', 'jobs'],
    ['jobs: [', 'SCENARIO_SYNTAX', ''],
    ['mirrors: []', 'CONFIG_INVALID', '`mirrors` says something of each registry, by its name'],
    [
      'mirrors: { docker.io: mirror }',
      'CONFIG_INVALID',
      'the mirrors of a registry are a list of URLs, like https://mirror.example.org',
    ],
    [
      'registries: { example.org/app: {} }',
      'CONFIG_INVALID',
      '`example.org/app` is no registry: write HOST or HOST:PORT',
    ],
    [
      'registries: { example.org: { htp: true } }',
      'CONFIG_INVALID',
      'a registry has `http: true` for plain http, and `ca: FILE` for its authority',
    ],
  ])('%j is refused', (text, code, message) => {
    const [first = '', ...others] = errorsOf(text);
    expect(first).toContain(`error[${code}]: `);
    expect(first).toContain(message);
    expect(others).toEqual([]);
  });

  test('all mistakes are shown at once', () =>
    expect(errorsOf('jobs: x\ntimeout: x\nreports: x\ny: 1\n')).toHaveLength(4));
});

describe('files', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-spec-'));
    mkdirSync(join(folder, 'a/b'), { recursive: true });
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('R32 the nearest configuration upward counts', async () => {
    expect(await readConfig(join(folder, 'a/b'))).toEqual({});
    writeFileSync(join(folder, 'mayfly.config.yaml'), 'jobs: 1');
    expect(await readConfig(join(folder, 'a/b'))).toEqual({ jobs: 1 });
    writeFileSync(join(folder, 'a/mayfly.config.yaml'), 'jobs: 2\nreports: [json=r.json]');
    expect(await readConfig(join(folder, 'a/b'))).toEqual({
      jobs: 2,
      reports: [`json=${join(folder, 'a/r.json')}`],
    });
    expect(await readConfig(folder)).toEqual({ jobs: 1 });
  });

  test('R32 variables: --var over later files over earlier ones', () => {
    writeFileSync(join(folder, '1.yaml'), 'a: 1\nb: 1\nc: { deep: [1] }\n');
    writeFileSync(join(folder, '2.json'), '{"b": 2}');
    expect(readVars(['a=3', 'd=x=y'], ['1.yaml', '2.json'], folder)).toEqual({
      a: '3',
      b: 2,
      c: { deep: [1] },
      d: 'x=y',
    });
  });

  test.each(['1', '[1]', 'text'])('a variables file that holds %j is refused', (text) => {
    writeFileSync(join(folder, 'vars.yaml'), text);
    expect(() => readVars([], ['vars.yaml'], folder)).toThrow(MayflyErrors);
  });
});
