import { describe, expect, test } from 'vitest';
import type { ReadyCondition } from '../../../src/core/plan.ts';
import type { FakePrograms } from '../../../src/engine/fake/fake-program.ts';
import { parseCondition } from '../../../src/scenario/ready/parse-condition.ts';
import { parsePort } from '../../../src/scenario/ready/parse-port.ts';
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

const at = { file: 'shop.yaml', line: 4, column: 5 };

/** Listens on 80/tcp and 53/udp after 3 s, says so twice, writes /run/up, and serves HTTP. */
const programs: FakePrograms = {
  server: async (machine) => {
    await machine.write('starting\n');
    await machine.sleep(3_000);
    machine.files.makeDirectories('/run');
    machine.files.write('/run/up', 'state=up\n');
    await machine.writeError('ready for connections\n');
    machine.listen({ port: 53, protocol: 'udp' }, () => {});
    await machine.write('ready for connections\n');
    return httpServer(80, (request, response) => {
      response.writeHead(request.url === '/healthz' ? 200 : 500, { 'content-type': 'text/plain' });
      response.end('ok');
    })(machine);
  },
  quiet: async (machine) => {
    await machine.sleep(Number.POSITIVE_INFINITY);
    return 0;
  },
  crashes: async (machine) => {
    await machine.write('loading configuration\n');
    await machine.sleep(500);
    await machine.writeError('bad configuration\n');
    return 78;
  },
  job: async (machine) => {
    await machine.sleep(3_000);
    await machine.write('job done\n');
    machine.files.write('/result', 'x');
    return 0;
  },
};

async function runReady(
  condition: ReadyCondition,
  command: string,
  options: RunOptions & { readonly withinMs?: number; readonly exits?: number } = {},
): Promise<Ran> {
  const { withinMs = 20_000, exits, ...rest } = options;
  const services = [
    service('web', {
      command: [command],
      ready: { condition, withinMs, at },
      ...(exits === undefined ? {} : { exits }),
    }),
  ];
  return runFake(plan({ services, steps: [] }), { programs, ...rest });
}

describe('R16 ready', () => {
  test.each([
    { name: 'port', condition: { port: 80 } },
    { name: 'port as text', condition: { port: '53/udp' } },
    { name: 'port with its protocol', condition: { port: { port: 53, proto: 'udp' } } },
    { name: 'log text', condition: { log: 'ready for' } },
    { name: 'log regex', condition: { log: { matches: '^ready .* connections$' } } },
    { name: 'log n times', condition: { log: { contains: 'ready', times: 2 } } },
    { name: 'log of one stream', condition: { log: { contains: 'ready', stream: 'stderr' } } },
    { name: 'http', condition: { http: { port: 80, path: '/healthz' } } },
    {
      name: 'http status, header and body',
      condition: {
        http: {
          port: 80,
          path: '/other',
          status: 500,
          headers: { 'Content-Type': 'text/plain' },
          body: 'ok',
        },
      },
    },
    { name: 'exec text', condition: { exec: 'test -e /run/up' } },
    { name: 'exec argv', condition: { exec: ['test', '-e', '/run/up'] } },
    { name: 'file', condition: { file: '/run/up' } },
    { name: 'file with content', condition: { file: { path: '/run/up', content: { contains: 'up' } } } },
    {
      name: 'healthcheck of the service',
      condition: { healthcheck: { test: ['CMD', 'test', '-e', '/run/up'] } },
    },
    { name: 'healthcheck of the service as text', condition: { healthcheck: { test: 'test -e /run/up' } } },
    { name: 'all', condition: { all: [{ port: 80 }, { log: 'ready' }, { file: '/run/up' }] } },
    { name: 'any', condition: { any: [{ port: 9 }, { log: 'ready' }] } },
  ])('$name holds when the server is up, and not before', async ({ condition }) => {
    const ran = await runReady(parseCondition(condition), 'server');
    expect(ran.problems).toEqual([]);
    expect(ran.of('containerReady')[0]?.durationMs).toBeGreaterThanOrEqual(3_000);
    expect(ran.of('containerReady')[0]?.durationMs).toBeLessThanOrEqual(3_100);
  });

  test.each([
    { name: 'port', condition: { port: 80 }, message: 'port 80/tcp: nothing listens' },
    {
      name: 'port of the other protocol',
      condition: { port: '53/tcp' },
      command: 'server',
      message: 'port 53/tcp: only 53/udp, 80/tcp listens',
    },
    {
      name: 'log n times',
      condition: { log: { contains: 'ready', times: 3 } },
      command: 'server',
      message: '2 of 3 times in 4 lines',
    },
    {
      name: 'http',
      condition: { http: { port: 80 } },
      message: 'http://127.0.0.1:80/: the connection was refused',
    },
    {
      name: 'http status',
      condition: { http: { port: 80, path: '/x' } },
      command: 'server',
      message: 'status',
    },
    { name: 'exec', condition: { exec: 'echo no; exit 3' }, message: 'exit status 3: no' },
    { name: 'file', condition: { file: '/run/up' }, message: 'file /run/up: not there' },
    {
      name: 'all: what is missing, and only that',
      condition: { all: [{ port: 80 }, { port: 81 }] },
      command: 'server',
      message: 'within 10.00 s: port 81/tcp: only',
    },
    { name: 'exits', condition: { exits: 0 }, message: 'still running' },
  ])(
    '$name that never holds fails after its time, saying what was seen',
    async ({ condition, command = 'quiet', message }) => {
      const ran = await runReady(parseCondition(condition), command, { withinMs: 10_000 });
      expect(ran).toMatchObject({ outcome: 'failed', result: { exitStatus: 1 } });
      expect(ran.problems).toMatchObject([
        { code: 'SERVICE_NOT_READY', at, sourceLine: 'line 4 of the file' },
      ]);
      expect(ran.problems[0]?.message).toContain('`web` was not ready within 10.00 s');
      expect(ran.problems[0]?.message).toContain(message);
    },
  );

  test.each([
    { port: 80 },
    { log: 'ready' },
    { exec: 'false' },
    { all: [{ port: 80 }, { log: 'loading' }] },
    { any: [{ port: 80 }, { file: '/x' }] },
  ])(
    'waiting for %j ends at once when the process dies, with its exit status and last words',
    async (condition) => {
      const ran = await runReady(parseCondition(condition), 'crashes');
      expect(ran.outcome).toBe('failed');
      expect(ran.problems).toMatchObject([
        {
          code: 'SERVICE_DIED',
          message: expect.stringContaining('exit status 78'),
          logs: { web: ['loading configuration', 'bad configuration'] },
        },
      ]);
      expect(ran.clock.nowMs()).toBeLessThan(1_500);
    },
  );

  test.each([
    { exits: 0 },
    { all: [{ log: 'job done' }, { exits: 0 }] },
    { log: 'job done' },
    { file: '/result' },
  ])('a job that ends is ready by %j', async (condition) => {
    const ran = await runReady(parseCondition(condition), 'job', { exits: 0 });
    expect(ran.problems).toEqual([]);
    expect(ran.of('containerReady')).toHaveLength(1);
  });

  test('exits with another status is a failure', async () => {
    const ran = await runReady({ kind: 'exits', value: 0 }, 'crashes', { exits: 0 });
    expect(ran.outcome).toBe('failed');
  });

  test('a service that ends as `exits` says was still never ready', async () => {
    const ran = await runReady({ kind: 'port', value: 80 }, 'crashes', { exits: 78 });
    expect(ran.problems).toMatchObject([
      {
        code: 'SERVICE_DIED',
        message: expect.stringMatching(/exit status 78 before it was ready.*bad configuration/s),
      },
    ]);
    expect(ran.clock.nowMs()).toBeLessThan(1_500);
  });

  test('a `wait` for a service that a step has ended ends at once', async () => {
    const steps = [step('control', { kill: 'web' }), step('wait', { port: 80 }, { in: 'web' })];
    const ran = await runFake(plan({ services: [service('web', { command: ['server'] })], steps }), {
      programs,
    });
    expect(ran.problems).toMatchObject([
      { code: 'SERVICE_DIED', message: expect.stringContaining('SIGKILL') },
    ]);
    expect(ran.clock.nowMs()).toBeLessThan(1_000);
  });

  test("R14 an image's own health check makes its service ready", async () => {
    const services = [service('web', { command: ['server'] })];
    const ran = await runFake(plan({ services, steps: [run('true', { in: 'web' })] }), {
      programs,
      image: { healthcheck: { test: ['CMD-SHELL', 'test -e /run/up'] } },
    });
    expect(ran.outcome).toBe('passed');
    expect(ran.of('containerReady')[0]?.durationMs).toBeGreaterThanOrEqual(3_000);
  });

  test('a health check that nobody declared is an error of the input', async () => {
    const ran = await runReady({ kind: 'healthcheck', value: true }, 'server');
    expect(ran).toMatchObject({
      outcome: 'errored',
      problems: [{ code: 'SCENARIO_UNDECLARED' }],
      result: { exitStatus: 2 },
    });
  });

  test('a wait looks often at first and rarely later', async () => {
    let looks = 0;
    const counting: FakePrograms = {
      ...programs,
      probe: () => {
        looks += 1;
        return 1;
      },
    };
    await runReady({ kind: 'exec', value: ['probe'] }, 'quiet', { programs: counting, withinMs: 10_000 });
    expect(looks).toBeGreaterThan(100);
    expect(looks).toBeLessThan(200);
  });

  test('a wait looks as often as it is told', async () => {
    let looks = 0;
    const counting: FakePrograms = {
      ...programs,
      probe: () => {
        looks += 1;
        return 1;
      },
    };
    const services = [
      service('web', {
        command: ['quiet'],
        ready: { condition: { kind: 'exec', value: ['probe'] }, withinMs: 1_050, everyMs: 100, at },
      }),
    ];
    await runFake(plan({ services, steps: [] }), { programs: counting });
    expect(looks).toBe(11);
  });
});

describe('conditions as written', () => {
  test.each([
    { value: { port: 1, log: 'a' } },
    { value: {} },
    { value: 'port' },
    { value: { within: '1s' } },
  ])('$value is none', ({ value }) => {
    expect(() => parseCondition(value)).toThrow(/exactly one/);
  });

  test.each(['0', '65536', 'http', '80/sctp', ''])('%j is no port', (value) => {
    expect(() => parsePort(value)).toThrow(/no port/);
  });
});
