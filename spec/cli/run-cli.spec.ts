import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import { packageDirectory, testSurroundings } from './test-surroundings.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-spec-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(line: string, change: Partial<Surroundings> = {}) {
  const surroundings = testSurroundings({
    arguments: line.split(' ').filter(Boolean),
    workingDirectory: folder,
    ...change,
  });
  const status = await runCli(surroundings);
  return { status, out: surroundings.out(), err: surroundings.err() };
}

const hello = `name: hello
tags: [quick]
images: { tools: { host: [echo] } }
steps:
  - { name: greet, image: tools, run: [echo, hi] }
`;

describe('help', () => {
  test('lists every command', async () => {
    const { status, out } = await run('--help');
    expect(status).toBe(0);
    for (const { name, summary } of commandTable)
      expect(out).toMatch(new RegExp(`mayfly ${name} +${summary.slice(0, 20)}`));
  });

  test.each(commandTable.map(({ name }) => name))('of `%s` has an example and every flag', async (name) => {
    const { status, out } = await run(`${name} --help`);
    const command = await commandTable.find((entry) => entry.name === name)?.load();
    expect(status).toBe(0);
    expect(out).toContain(`Examples:\n  mayfly ${name}`);
    for (const flag of Object.keys(command?.flags ?? {})) expect(out).toContain(`--${flag}`);
    expect(out).not.toMatch(/\[(?:string|boolean)]/);
  });

  test('nothing to do is a mistake', async () => {
    const { status, out, err } = await run('');
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain('Commands:');
  });

  test('`help COMMAND` is the same', async () => {
    expect((await run('help plan')).out).toBe((await run('plan --help')).out);
  });
});

test('--version', async () => {
  const { version } = JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8'));
  expect(await run('--version')).toEqual({ status: 0, out: `mayfly ${version}\n`, err: '' });
});

describe('R30 what is wrong with the line ends with 2 and says what was meant', () => {
  test.each([
    ['tset', 'there is no command `tset`', 'did you mean `mayfly test`?'],
    ['--tag x', 'there is no flag `--tag`', '`mayfly --help` lists the commands'],
    ['test --tags x', 'there is no flag `--tags`', 'did you mean `--tag`?'],
    ['test --tag', '`--tag` needs a value', 'write `--tag TAG`'],
    ['test --tag --grep x', '`--tag` needs a value', 'write `--tag TAG`'],
    ['test --fail-fast=yes', '`--fail-fast` takes no value', 'write `--fail-fast` alone'],
    ['test --jobs 0', '`--jobs 0`: it has to be a whole number from 1 up', 'see `mayfly test --help`'],
    ['test --jobs two', '`--jobs two`: it has to be a whole number from 1 up', 'see `mayfly test --help`'],
    [
      'test --timeout 10',
      '`--timeout 10`: a duration is written like 500ms, 90s or 2m',
      'see `mayfly test --help`',
    ],
    ['test --seed 1 --seed 2', '`--seed` stands twice', 'keep one of the two'],
    ['doctor now', '`now` is one argument too many', 'see `mayfly doctor --help`'],
    ['test --report html', 'there is no report `html`', 'the reports are table, json, ndjson, junit'],
    ['test --report jnuit=x', 'there is no report `jnuit`', 'did you mean `junit`?'],
    ['test --report junit=', '`--report junit=` names no file', 'write `--report junit=FILE`'],
    [
      'test --report json --report table',
      'only one report can go to standard output',
      '`--report table=FILE`',
    ],
    ['test --report json=x --report table=x', 'two reports would go to x', 'give each a file of its own'],
    ['plan --format yaml', 'there is no format `yaml`', 'the formats are table and json'],
    ['schema report', 'there is no schema `report`', 'the schemas are scenario'],
    ['test --var x', '`--var x` is no assignment', 'write `--var name=value`'],
    [
      'test --vars-file gone.yaml',
      'cannot read the file of `--vars-file gone.yaml`: ENOENT',
      'check the path',
    ],
    ['test gone.yaml', 'there is no `gone.yaml`', 'check the path'],
    ['test', 'there is no folder `scenarios` and no `*.mayfly.yaml` here', '`mayfly init`'],
    ['explain', 'which file?', 'write `mayfly explain FILE`'],
  ])('mayfly %s', async (line, message, hint) => {
    const { status, out, err } = await run(line);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toContain(hint);
  });

  test('all of it at once', async () => {
    const { err } = await run('test --tags x --jobs 0 --grep');
    expect(err.match(/error\[CLI_USAGE]/g)).toHaveLength(3);
  });
});

describe('validate', () => {
  test('says how many are valid, the manual ones among them', async () => {
    writeFileSync(join(folder, 'a.mayfly.yaml'), hello);
    writeFileSync(join(folder, 'b.mayfly.yaml'), hello.replace('quick', 'manual'));
    expect(await run('validate')).toEqual({ status: 0, out: '2 scenarios are valid\n', err: '' });
  });

  test('works on macOS', async () => {
    writeFileSync(join(folder, 'a.yaml'), hello);
    const machine = { ...testSurroundings().machine, platform: 'darwin' };
    expect((await run('validate a.yaml', { machine })).status).toBe(0);
    expect((await run('plan a.yaml', { machine })).status).toBe(0);
    expect((await run('init', { machine })).status).toBe(0);
    expect((await run('schema', { machine })).status).toBe(0);
    for (const line of ['test a.yaml', 'doctor', 'explain a.yaml']) {
      const { status, err } = await run(line, { machine });
      expect([line, status]).toEqual([line, 3]);
      expect(err).toContain('error[HOST_NOT_LINUX]: containers need Linux, and this is darwin');
    }
  });

  test('R2 shows the errors of all files in one go', async () => {
    writeFileSync(join(folder, 'a.yaml'), hello.replace('tags', 'tgas'));
    writeFileSync(join(folder, 'b.yaml'), hello.replace('image: tools', 'image: tolls'));
    const { status, err } = await run('validate a.yaml b.yaml');
    expect(status).toBe(2);
    expect(err).toContain('--> a.yaml:2:1');
    expect(err).toContain('--> b.yaml:5:');
  });

  test('needs no secret to be set', async () => {
    writeFileSync(join(folder, 'a.yaml'), `${hello}secrets: { TOKEN: { environment: NOT_SET } }\n`);
    expect((await run('validate a.yaml')).status).toBe(0);
    const { status, err } = await run('plan a.yaml');
    expect(status).toBe(2);
    expect(err).toContain('set NOT_SET');
  });

  test('a file that is no UTF-8 is told', async () => {
    writeFileSync(join(folder, 'a.yaml'), Buffer.from([0x6e, 0x3a, 0xff]));
    expect((await run('validate a.yaml')).err).toContain('error[SCENARIO_UNREADABLE]: a.yaml is not UTF-8');
  });
});

describe('plan', () => {
  test('as a table, and as JSON', async () => {
    writeFileSync(join(folder, 'a.yaml'), hello);
    expect((await run('plan a.yaml --seed 7')).out).toMatch(
      /^hello\n[\s\S]*greet[\s\S]*1 scenario · seed 7\n$/,
    );
    const json = JSON.parse((await run('plan a.yaml --seed 7 --format json')).out);
    expect(json).toMatchObject({
      format: 'mayfly-plan',
      version: 1,
      seed: 7,
      scenarios: [{ id: 'a.yaml', name: 'hello' }],
    });
  });

  test('--shard shows one part, and says so', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, `${name}.yaml`), hello);
    const parts = await Promise.all(
      [1, 2].map((index) => run(`plan --shard ${index}/2 a.yaml b.yaml c.yaml`)),
    );
    expect(parts.map(({ status }) => status)).toEqual([0, 0]);
    expect(parts[0]?.out).toMatch(/2 scenarios · seed \d+ · shard 1\/2 of 3 scenarios\n$/);
    expect(parts[1]?.out).toMatch(/1 scenario · seed \d+ · shard 2\/2 of 3 scenarios\n$/);
    expect((await run('plan --shard 3/2 a.yaml')).err).toContain('`--shard 3/2` names no part');
  });

  test('R8 masks secrets', async () => {
    const text = `${hello}services: { s: { image: tools, network_mode: none, command: [echo, "\${{ secrets.TOKEN }}"] } }\nsecrets: { TOKEN: { environment: TOKEN } }\n`;
    writeFileSync(join(folder, 'a.yaml'), text);
    for (const format of ['table', 'json']) {
      const { status, out } = await run(`plan a.yaml --format ${format}`, {
        environment: { TOKEN: 'correct-horse' },
      });
      expect(status).toBe(0);
      expect(out).not.toContain('correct-horse');
    }
  });

  test('R32 variables: --var over --vars-file over the file', async () => {
    writeFileSync(
      join(folder, 'a.yaml'),
      `${hello}vars: { a: 1, b: 1, c: 1 }\n`.replace(
        'name: greet',
        'name: "${{ vars.a }}-${{ vars.b }}-${{ vars.c }}"',
      ),
    );
    writeFileSync(join(folder, 'vars.yaml'), '{ a: 2, b: 2 }');
    const { out } = await run('plan a.yaml --vars-file vars.yaml --var a=3 --format json');
    expect(JSON.parse(out).scenarios[0].steps).toMatchObject([{ name: '3-2-1' }]);
    expect((await run('plan a.yaml --vars-file vars.yaml --var d=3')).status).toBe(0);
  });
});

describe('schema and init', () => {
  test.each(['scenario', 'report-json', 'report-event'])('schema %s is what is shipped', async (name) => {
    const { out } = await run(`schema ${name}`);
    expect(out).toBe(readFileSync(join(packageDirectory, 'schema', `${name}.schema.json`), 'utf8'));
  });

  test('init writes a scenario that is valid, and does not overwrite one', async () => {
    expect((await run('init')).out).toBe(
      'wrote scenarios/hello.yaml; run it with `mayfly test scenarios/hello.yaml`\n',
    );
    expect((await run('validate')).out).toBe('1 scenario is valid\n');
    const { status, err } = await run('init');
    expect(status).toBe(2);
    expect(err).toContain('scenarios/hello.yaml is there already');
  });
});

test('R30 a bug of Mayfly ends with 4, and says its stack only when asked', async () => {
  const broken = {
    get stdout(): never {
      throw new Error('broken pipe dream');
    },
  };
  const quiet = testSurroundings({ arguments: ['--version'] });
  expect(await runCli(Object.defineProperties(quiet, Object.getOwnPropertyDescriptors(broken)))).toBe(4);
  expect(quiet.err()).toContain('error[INTERNAL]: broken pipe dream');
  expect(quiet.err()).not.toContain('run-cli.spec.ts');
  const loud = testSurroundings({ arguments: ['--version'], environment: { MAYFLY_DEBUG: '1' } });
  await runCli(Object.defineProperties(loud, Object.getOwnPropertyDescriptors(broken)));
  expect(loud.err()).toContain('run-cli.spec.ts');
});
