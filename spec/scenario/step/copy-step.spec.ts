import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plan, type Ran, type RunOptions, run, runFake, service, step } from '../run/runner-kit.ts';

describe('R17 copy', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mayfly-copy-'));
    await mkdir(join(directory, 'scenario/seed/sub'), { recursive: true });
    await writeFile(join(directory, 'scenario/seed/a.sql'), 'select 1;\n');
    await writeFile(join(directory, 'scenario/seed/sub/b.sql'), 'select 2;\n');
    await writeFile(join(directory, 'outside.txt'), 'host secret\n');
    await symlink('../outside.txt', join(directory, 'scenario/escape'));
    await symlink('../../outside.txt', join(directory, 'scenario/seed/link'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function copy(
    pairs: readonly (readonly [string, string])[],
    check: string,
    output: string,
    context: RunOptions['context'] = {},
  ): Promise<Ran> {
    const steps = [
      ...pairs.map(([from, to]) => step('copy', { from, to })),
      run(check, { expect: { stdout: output } }),
    ];
    const services = [service('box'), service('other')];
    return runFake(plan({ services, steps }), {
      context: { scenarioDirectory: () => join(directory, 'scenario'), ...context },
    });
  }

  test.each([
    {
      name: 'a file to a new name',
      pairs: [['seed/a.sql', 'box:/tmp.sql']],
      check: 'cat /tmp.sql',
      output: 'select 1;',
    },
    {
      name: 'a file into a directory',
      pairs: [['./seed/a.sql', 'box:/etc']],
      check: 'cat /etc/a.sql',
      output: 'select 1;',
    },
    {
      name: 'a directory to a new name',
      pairs: [['seed', 'box:/data']],
      check: 'cat /data/a.sql /data/sub/b.sql',
      output: 'select 1;\nselect 2;',
    },
    {
      name: 'a directory into a directory',
      pairs: [['seed', 'box:/etc']],
      check: 'cat /etc/seed/sub/b.sql',
      output: 'select 2;',
    },
    {
      name: 'from one service to another',
      pairs: [['other:/etc/motd', 'box:/motd']],
      check: 'cat /motd',
      output: 'hello',
    },
  ] as const)('$name', async ({ pairs, check, output }) => {
    expect((await copy(pairs, check, output)).problems).toEqual([]);
  });

  test('a link inside is copied as a link, not as what it leads to', async () => {
    const ran = await copy([['seed', 'box:/data']], 'cat /data/link', '');
    expect(JSON.stringify(ran.events)).not.toContain('host secret');
  });

  test.each(['escape', '../outside.txt', '/etc/passwd'])(
    '%s lies outside the scenario: refused',
    async (from) => {
      const ran = await copy([[from, 'box:/x']], 'true', '');
      expect(ran.problems).toMatchObject([{ code: 'SCENARIO_FORBIDDEN' }]);
    },
  );

  test('what the command line allows may be copied', async () => {
    const ran = await copy([['../outside.txt', 'box:/x']], 'cat /x', 'host secret', {
      allowedHostPaths: [directory],
    });
    expect(ran.problems).toEqual([]);
  });

  test('out of a service goes below --output', async () => {
    const ran = await copy([['box:/etc', 'config']], 'true', '');
    expect(ran.saved.get('shop.yaml/config/motd')).toBe('hello\n');
    expect((await copy([['box:/etc/motd', '../../motd']], 'true', '')).problems).toMatchObject([
      { code: 'SCENARIO_FORBIDDEN' },
    ]);
  });

  test('what is not there is an error', async () => {
    expect((await copy([['none', 'box:/x']], 'true', '')).problems).toMatchObject([
      { code: 'PATH_NOT_FOUND' },
    ]);
    expect((await copy([['box:/none', 'other:/x']], 'true', '')).problems).toMatchObject([
      { code: 'PATH_NOT_FOUND' },
    ]);
  });

  test('R5 more than the limit is an error that names it', async () => {
    const steps = [step('copy', { from: 'box:/etc', to: 'other:/x' })];
    const ran = await runFake(plan({ services: [service('box'), service('other')], steps }), {
      limits: { copyBytes: 100 },
    });
    expect(ran.problems).toMatchObject([
      { code: 'OUTPUT_LIMIT', message: expect.stringContaining('copyBytes') },
    ]);
  });
});
