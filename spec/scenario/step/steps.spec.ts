import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { stepKinds } from '../../../src/core/step-kind.ts';
import type { FakePrograms } from '../../../src/engine/fake/fake-program.ts';
import { shellArgv } from '../../../src/scenario/step/shell-argv.ts';
import { availableStepKinds, stepDefinition } from '../../../src/scenario/step/step-table.ts';
import {
  httpServer,
  plan,
  type Ran,
  type RunOptions,
  run,
  runFake,
  service,
  step,
} from '../run/runner-kit.ts';

describe('R17 wait', () => {
  test('for a time', async () => {
    expect(
      (await runFake(plan({ steps: [step('wait', '1m30s', { timeoutMs: 100_000 })] }))).clock.nowMs(),
    ).toBeGreaterThanOrEqual(90_000);
  });

  test('for a condition of a service', async () => {
    const programs = { server: httpServer(80, () => {}, 4_000) };
    const services = [service('box', { command: ['server'] })];
    const ran = await runFake(plan({ services, steps: [step('wait', { port: 80 }, { in: 'box' })] }), {
      programs,
    });
    expect(ran.outcome).toBe('passed');
    expect(ran.of('stepFinished')[0]?.durationMs).toBeGreaterThanOrEqual(4_000);
  });

  test('within its own time', async () => {
    const ran = await runFake(plan({ steps: [step('wait', { port: 80, within: '2s' }, { in: 'box' })] }));
    expect(ran).toMatchObject({
      outcome: 'failed',
      problems: [{ code: 'SERVICE_NOT_READY', message: expect.stringContaining('2.00 s') }],
    });
  });

  test.each([
    { value: 'soon', code: 'SCENARIO_WRONG_UNIT' },
    { value: { step: 'none' }, code: 'SCENARIO_UNDECLARED' },
    { value: { nothing: 1 }, code: 'SCENARIO_WRONG_VALUE' },
  ])('$value is refused', async ({ value, code }) => {
    expect((await runFake(plan({ steps: [step('wait', value, { in: 'box' })] }))).problems).toMatchObject([
      { code },
    ]);
  });
});

describe('R17 files', () => {
  const prepare = run('mkdir /d; echo 1234 > /d/f; chmod 640 /d/f; ln -s d/f /l');

  async function look(value: Json): Promise<Ran> {
    return runFake(plan({ steps: [prepare, step('files', value, { in: 'box' })] }));
  }

  test.each([
    { name: 'exists', value: [{ path: '/d/f', exists: true }], outcome: 'passed' },
    { name: 'exists, not there', value: [{ path: '/none', exists: true }], outcome: 'failed' },
    { name: 'exists: false', value: [{ path: '/none', exists: false }], outcome: 'passed' },
    { name: 'exists: false, but there', value: [{ path: '/d/f', exists: false }], outcome: 'failed' },
    {
      name: 'anything of a file that is not there',
      value: [{ path: '/none', mode: '0640' }],
      outcome: 'failed',
    },
    {
      name: 'type',
      value: [
        { path: '/d', type: 'directory' },
        { path: '/d/f', type: 'file' },
      ],
      outcome: 'passed',
    },
    { name: 'another type', value: [{ path: '/d', type: 'file' }], outcome: 'failed' },
    { name: 'mode', value: [{ path: '/d/f', mode: '0640' }], outcome: 'passed' },
    { name: 'mode with three digits', value: [{ path: '/d/f', mode: '640' }], outcome: 'passed' },
    { name: 'another mode', value: [{ path: '/d/f', mode: '0644' }], outcome: 'failed' },
    {
      name: 'owner and group by name',
      value: [{ path: '/d/f', owner: 'root', group: 'root' }],
      outcome: 'passed',
    },
    { name: 'owner and group by number', value: [{ path: '/d/f', owner: 0, group: 0 }], outcome: 'passed' },
    { name: 'another owner', value: [{ path: '/d/f', owner: 'postgres' }], outcome: 'failed' },
    { name: 'size with a unit', value: [{ path: '/d/f', size: { lt: '1k', gt: 4 } }], outcome: 'passed' },
    { name: 'content', value: [{ path: '/d/f', content: '1234' }], outcome: 'passed' },
    {
      name: 'sha256',
      value: [{ path: '/d/f', sha256: 'a883dafc480d466ee04e0d6da986bd78eb1fdd2178d04693723da3a8f95d42f4' }],
      outcome: 'passed',
    },
    { name: 'a link is followed', value: [{ path: '/l', type: 'file', content: '1234' }], outcome: 'passed' },
    { name: 'a link itself', value: [{ path: '/l', type: 'symlink', target: 'd/f' }], outcome: 'passed' },
    { name: 'another target', value: [{ path: '/l', target: 'd/g' }], outcome: 'failed' },
    { name: 'R3 an empty list', value: [], outcome: 'errored' },
    { name: 'R3 a path alone', value: [{ path: '/d/f' }], outcome: 'errored' },
  ])('$name: $outcome', async ({ value, outcome }) => {
    expect((await look(value)).outcome).toBe(outcome);
  });

  test('every check that fails is told, with its path', async () => {
    const ran = await look([
      { path: '/d/f', mode: '0644', owner: 'postgres' },
      { path: '/none', exists: true },
    ]);
    expect(ran.problems.map(({ subject }) => subject)).toEqual(['/d/f mode', '/d/f owner', '/none']);
  });

  test('R5 a file over the limit is an error', async () => {
    const ran = await runFake(
      plan({ steps: [prepare, step('files', [{ path: '/d/f', content: 'x' }], { in: 'box' })] }),
      { limits: { fileBytes: 2 } },
    );
    expect(ran.problems).toMatchObject([{ code: 'OUTPUT_LIMIT' }]);
  });
});

describe('R17 logs', () => {
  const programs: FakePrograms = {
    talks: async (machine) => {
      await machine.write('one\n');
      await machine.writeError('warned\n');
      await machine.sleep(5_000);
      await machine.write('two\n');
      await machine.sleep(Number.POSITIVE_INFINITY);
      return 0;
    },
  };
  const services = [service('box', { command: ['talks'] })];

  async function look(value: JsonObject, options: RunOptions = {}): Promise<Ran> {
    const steps = [
      step('wait', '1s', { id: 'before' }),
      step('wait', '9s', { id: 'during' }),
      step('wait', '1s', { id: 'after' }),
      step('logs', value, { in: 'box' }),
    ];
    return runFake(plan({ services, steps }), { programs, ...options });
  }

  test.each([
    { name: 'everything', value: { contains: ['one', 'two', 'warned'] }, outcome: 'passed' },
    { name: 'R21 not', value: { not: { contains: 'PANIC' } }, outcome: 'passed' },
    { name: 'R21 not, but it is there', value: { not: { contains: 'two' } }, outcome: 'failed' },
    { name: 'since start', value: { since: 'start', contains: 'one' }, outcome: 'passed' },
    {
      name: 'since a step',
      value: { since: 'during', contains: 'two', not: { contains: 'one' } },
      outcome: 'passed',
    },
    { name: 'since a later step', value: { since: 'after', contains: 'two' }, outcome: 'failed' },
    { name: 'since this step', value: { since: 'step', contains: 'two' }, outcome: 'failed' },
    { name: 'since an unknown step', value: { since: 'nope', contains: 'two' }, outcome: 'errored' },
    {
      name: 'one stream',
      value: { stream: 'stderr', contains: 'warned', not: { contains: 'one' } },
      outcome: 'passed',
    },
    { name: 'of a service by name', value: { service: 'box', contains: 'one' }, outcome: 'passed' },
    { name: 'R3 no matcher', value: { since: 'start' }, outcome: 'errored' },
  ])('$name: $outcome', async ({ value, outcome }) => {
    expect((await look(value)).outcome).toBe(outcome);
  });

  test('R5 a log of which the beginning is no longer kept is an error, never a pass', async () => {
    const ran = await look({ not: { contains: 'one' } }, { limits: { logLines: 1 } });
    expect(ran.problems).toMatchObject([
      { code: 'OUTPUT_LIMIT', message: expect.stringContaining('logLines (1)') },
    ]);
  });
});

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

describe('R17 control', () => {
  const programs: FakePrograms = {
    web: httpServer(80, (_request, response) => response.end('ok')),
    reloads: async (machine) => {
      machine.onSignal('SIGHUP', () => void machine.write('reloaded\n'));
      await machine.sleep(Number.POSITIVE_INFINITY);
      return 0;
    },
    dies: async (machine) => {
      machine.onSignal('SIGHUP', () => machine.exit(1));
      await machine.sleep(Number.POSITIVE_INFINITY);
      return 0;
    },
  };

  async function control(command: string, ...values: readonly JsonObject[]): Promise<Ran> {
    const services = [service('box'), service('web', { command: [command] })];
    const steps = values.map((value) =>
      'url' in value || 'error' in value ? asHttp(value) : step('control', value),
    );
    return runFake(plan({ services, steps }), { programs });
  }

  const works = { url: 'http://web/' };
  const fails = (error: string): JsonObject => ({ url: 'http://web/', error });

  function asHttp({ url = '', error }: JsonObject): ReturnType<typeof step> {
    return step(
      'http',
      { url },
      { in: 'box', timeoutMs: 2_000, ...(error === undefined ? {} : { expect: { error } }) },
    );
  }

  test.each([
    { name: 'stop and start', values: [{ stop: 'web' }, fails('refused'), { start: 'web' }, works] },
    { name: 'restart', values: [{ restart: 'web', grace: '1s' }, works] },
    { name: 'kill and start', values: [{ kill: 'web' }, fails('refused'), { start: 'web' }, works] },
    { name: 'pause and unpause', values: [{ pause: 'web' }, { unpause: 'web' }, works] },
    {
      name: 'disconnect and connect',
      values: [
        { disconnect: 'web', network: 'front' },
        fails('no-name'),
        { connect: 'web', network: 'front' },
        works,
      ],
    },
  ])('$name, and R15 does not mind', async ({ values }) => {
    const ran = await control('web', ...values);
    expect(ran.problems).toEqual([]);
    expect(ran.outcome).toBe('passed');
  });

  test('R15 an end by itself after a restart fails again', async () => {
    const services = [service('box'), service('web', { command: ['once'] })];
    const ran = await runFake(
      plan({ services, steps: [step('control', { restart: 'web' }), run('sleep 60')] }),
      {
        programs: {
          once: async (machine) => {
            const isFirst = machine.files.lookup('/mark') === undefined;
            machine.files.write('/mark', '');
            await machine.sleep(isFirst ? Number.POSITIVE_INFINITY : 1_000);
            return 5;
          },
        },
      },
    );
    expect(ran.problems).toMatchObject([{ code: 'SERVICE_DIED' }]);
  });

  test('a paused service does not answer', async () => {
    expect((await control('web', { pause: 'web' }, works)).problems).toMatchObject([{ code: 'TIMEOUT' }]);
  });

  test('a signal that a service handles is no end', async () => {
    expect((await control('reloads', { kill: 'web', signal: 'hup' })).outcome).toBe('passed');
  });

  test('R15 a service that dies of a signal not meant to end it fails', async () => {
    const services = [service('box'), service('web', { command: ['dies'] })];
    const ran = await runFake(
      plan({ services, steps: [step('control', { kill: 'web', signal: 'SIGHUP' }), run('sleep 5')] }),
      { programs },
    );
    expect(ran.problems).toMatchObject([{ code: 'SERVICE_DIED' }]);
  });

  test.each([
    { value: { stop: 'web', start: 'web' }, code: 'SCENARIO_WRONG_VALUE' },
    { value: {}, code: 'SCENARIO_WRONG_VALUE' },
    { value: { connect: 'web' }, code: 'SCENARIO_MISSING_KEY' },
    { value: { kill: 'web', signal: 'SIGNOPE' }, code: 'SCENARIO_WRONG_VALUE' },
    { value: { stop: 'nobody' }, code: 'SCENARIO_UNDECLARED' },
    { value: { start: 'web' }, code: 'CONTAINER_STATE' },
  ])('$value is refused with $code', async ({ value, code }) => {
    expect((await control('web', value)).problems).toMatchObject([{ code }]);
  });
});

describe('the table of steps', () => {
  test('has each kind of the first half once; every other kind is not available yet', () => {
    expect(availableStepKinds).toEqual(['run', 'http', 'wait', 'files', 'logs', 'copy', 'control']);
    for (const kind of stepKinds.filter((one) => !availableStepKinds.includes(one))) {
      expect(() => stepDefinition(kind)).toThrow(
        expect.objectContaining({ code: 'LANGUAGE_NOT_AVAILABLE_YET' }),
      );
    }
  });
});

describe('R17 the shell of a text', () => {
  test.each([
    { image: ['/bin/sh', '-c'], shell: undefined, argv: ['/bin/sh', '-e', '-c', 'x'] },
    {
      image: ['/bin/bash', '-o', 'pipefail', '-c'],
      shell: undefined,
      argv: ['/bin/bash', '-o', 'pipefail', '-e', '-c', 'x'],
    },
    { image: ['/usr/bin/python3', '-c'], shell: undefined, argv: ['/usr/bin/python3', '-c', 'x'] },
    { image: ['/bin/sh', '-c'], shell: ['bash'], argv: ['bash', '-e', '-c', 'x'] },
    { image: ['/bin/sh', '-c'], shell: ['bash', '-c'], argv: ['bash', '-c', 'x'] },
    { image: ['/bin/sh', '-c'], shell: ['node', '-e'], argv: ['node', '-e', 'x'] },
  ])('image $image, shell $shell', ({ image, shell, argv }) => {
    expect(shellArgv('x', image, shell)).toEqual(argv);
  });
});
