import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { FakePrograms } from '../../../src/engine/fake/fake-program.ts';
import { exchange, NotConnected } from '../../../src/scenario/step/http-exchange.ts';
import { planRequest } from '../../../src/scenario/step/http-step.ts';
import {
  httpServer,
  plan,
  type Ran,
  type RunOptions,
  run,
  runFake,
  type StepOptions,
  service,
  step,
} from '../run/runner-kit.ts';

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  switch (request.url) {
    case '/json':
      response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
      return void response.end('{"items": [{"id": 7}]}');
    case '/echo':
      return void response.end(
        JSON.stringify({
          method: request.method,
          host: request.headers.host,
          type: request.headers['content-type'],
          x: request.headers['x-test'],
          body,
        }),
      );
    case '/old':
      return void response.writeHead(302, { location: '/json' }).end();
    case '/loop':
      return void response.writeHead(302, { location: '/loop' }).end();
    case '/see-other':
      return void response.writeHead(303, { location: '/echo' }).end();
    case '/broken':
      return void response.writeHead(500).end('sorry');
    case '/big':
      return void response.end('x'.repeat(5_000));
    case '/hangs':
      return;
    default:
      return void response.writeHead(404).end('no such page');
  }
}

const programs: FakePrograms = {
  web: httpServer(8080, (request, response) => void answer(request, response)),
  resets: async (machine) => {
    machine.listen({ port: 8080 }, (connection) => connection.destroy());
    await machine.sleep(Number.POSITIVE_INFINITY);
    return 0;
  },
  babbles: async (machine) => {
    machine.listen({ port: 8080 }, (connection) => connection.end('SSH-2.0-OpenSSH\r\n'));
    await machine.sleep(Number.POSITIVE_INFINITY);
    return 0;
  },
};

function http(
  value: JsonObject,
  options: StepOptions = {},
  command = 'web',
  runOptions: RunOptions = {},
): Promise<Ran> {
  const services = [
    service('web', { command: [command] }),
    service('client'),
    service('db', { networks: ['back'] }),
  ];
  return runFake(plan({ services, steps: [step('http', value, { in: 'client', ...options })] }), {
    programs,
    ...runOptions,
  });
}

describe('R17 http', () => {
  test.each([
    {
      name: 'R3 without expect, a status below 400 passes',
      value: { url: 'http://web:8080/json' },
      outcome: 'passed',
    },
    {
      name: 'R3 without expect, a redirection passes',
      value: { url: 'http://web:8080/old' },
      outcome: 'passed',
    },
    { name: 'R3 without expect, 404 fails', value: { url: 'http://web:8080/none' }, outcome: 'failed' },
    {
      name: 'R3 an expect without status still wants one below 400',
      value: { url: 'http://web:8080/broken' },
      expect: { body: 'sorry' },
      outcome: 'failed',
    },
    {
      name: 'status',
      value: { url: 'http://web:8080/broken' },
      expect: { status: 500, body: 'sorry' },
      outcome: 'passed',
    },
    {
      name: 'headers by name in any case, several of one name',
      value: { url: 'http://web:8080/json' },
      expect: { headers: { 'Content-Type': 'application/json', 'set-cookie': { contains: ['a=1', 'b=2'] } } },
      outcome: 'passed',
    },
    {
      name: 'headers that differ',
      value: { url: 'http://web:8080/json' },
      expect: { headers: { 'content-type': 'text/html' } },
      outcome: 'failed',
    },
    {
      name: 'body by JSONPath',
      value: { url: 'http://web:8080/json' },
      expect: { body: { json: { path: '$.items[0].id', equals: 7 } } },
      outcome: 'passed',
    },
    {
      name: 'duration',
      value: { url: 'http://web:8080/json' },
      expect: { duration: { lt: '1s' } },
      outcome: 'passed',
    },
    {
      name: 'redirections are not followed',
      value: { url: 'http://web:8080/old' },
      expect: { status: 302 },
      outcome: 'passed',
    },
    {
      name: 'redirections are followed if wanted',
      value: { url: 'http://web:8080/old', follow: true },
      expect: { status: 200 },
      outcome: 'passed',
    },
    {
      name: 'redirections end',
      value: { url: 'http://web:8080/loop', follow: true },
      expect: { status: 302 },
      outcome: 'passed',
    },
    {
      name: 'a redirection of a POST goes on with GET, without its body',
      value: { url: 'http://web:8080/see-other', body: 'x', follow: true },
      expect: { body: { contains: '"method":"GET","host":"web:8080","body":""' } },
      outcome: 'passed',
    },
  ])('$name', async ({ value, expect: wanted, outcome }) => {
    expect((await http(value, wanted === undefined ? {} : { expect: wanted })).outcome).toBe(outcome);
  });

  test.each([
    { name: 'nobody listens', url: 'http://web:9/', error: 'refused' },
    { name: 'the connection is dropped', url: 'http://web:8080/', command: 'resets', error: 'reset' },
    { name: 'the name is of another network', url: 'http://db:80/', error: 'no-name' },
    { name: 'the address is of nobody', url: 'http://10.1.2.3/', error: 'unreachable' },
    { name: 'the answer is not HTTP', url: 'http://web:8080/', command: 'babbles', error: 'protocol' },
    { name: 'the handshake fails', url: 'https://web:8080/', error: 'tls' },
  ])('$name: $error, told apart', async ({ url, command, error }) => {
    expect((await http({ url }, { expect: { error } }, command)).outcome).toBe('passed');
    const unexpected = await http({ url }, { expect: { status: 200, body: 'x' } }, command);
    expect(unexpected.problems).toMatchObject([
      { code: 'EXPECTATION_FAILED', subject: 'error', actual: error },
    ]);
  });

  test('an expected error that does not come fails', async () => {
    expect((await http({ url: 'http://web:8080/json' }, { expect: { error: 'refused' } })).outcome).toBe(
      'failed',
    );
  });

  test('a silent network is a time-out', async () => {
    const silent = {
      reach: (from: string, to: string) =>
        from === 'client' && to === 'web' ? ('timeout' as const) : undefined,
    };
    expect(
      (await http({ url: 'http://web:8080/json' }, { expect: { error: 'timeout' } }, 'web', silent)).outcome,
    ).toBe('passed');
  });

  test('R12 a policy that does not allow it is named', async () => {
    const allow = [{ from: ['client'], to: ['web'], protocol: 'tcp', port: 9 }] as const;
    const services = [service('web', { command: ['web'] }), service('client')];
    const steps = [step('http', { url: 'http://web:8080/json' }, { in: 'client' })];
    const networks = [{ name: 'front', egress: false, policy: { allow } }];
    const ran = await runFake(plan({ services, steps, networks }), { programs });
    expect(ran.problems.map(({ message }) => message).join()).toContain(
      'the policy of `front` does not let `client` open 8080/tcp of `web`',
    );
  });

  test('a connection that nobody takes is told from an answer that does not come', async () => {
    const request = planRequest({ url: 'http://web/' }, 1_000);
    const stop = new AbortController();
    const asked = exchange(request, () => new Promise(() => stop.abort(new Error('late'))), stop.signal);
    await expect(asked).rejects.toBeInstanceOf(NotConnected);
  });

  test('a server that never answers ends with the time-out of the step', async () => {
    const ran = await http({ url: 'http://web:8080/hangs' }, { timeoutMs: 2_000 });
    expect(ran).toMatchObject({ outcome: 'failed', problems: [{ code: 'TIMEOUT' }] });
  });

  test('R5 a body over the limit is an error that names the limit', async () => {
    const ran = await http({ url: 'http://web:8080/big' }, {}, 'web', { limits: { bodyBytes: 1_000 } });
    expect(ran.problems).toMatchObject([
      { code: 'OUTPUT_LIMIT', message: expect.stringContaining('bodyBytes') },
    ]);
  });

  test.each([
    { name: 'body', value: { body: 'plain', method: 'put' }, sent: { method: 'PUT', body: 'plain' } },
    {
      name: 'json',
      value: { json: { a: [1] } },
      sent: { method: 'POST', type: 'application/json', body: '{"a":[1]}' },
    },
    {
      name: 'form',
      value: { form: { a: 'b c', d: 1 } },
      sent: { method: 'POST', type: 'application/x-www-form-urlencoded', body: 'a=b+c&d=1' },
    },
    {
      name: 'headers',
      value: { headers: { 'X-Test': 5, Host: 'other' } },
      sent: { method: 'GET', x: '5', host: 'other' },
    },
  ])('sends $name', async ({ value, sent }) => {
    const ran = await http({ url: 'http://web:8080/echo', ...value }, { save: 'sent.json' });
    expect(JSON.parse(ran.saved.get('shop.yaml/sent.json') ?? '')).toMatchObject(sent);
  });

  test('R19 captures from body, headers and status', async () => {
    const services = [service('box', { command: ['web'] })];
    const capture = {
      id: { from: 'body', json: '$.items[0].id' },
      type: { from: 'headers', header: 'Content-Type' },
      status: { from: 'status' },
    } as const;
    const steps = [
      step('http', { url: 'http://box:8080/json' }, { in: 'box', id: 'got', capture }),
      run('echo ${{ steps.got.id }} ${{ steps.got.type }} ${{ steps.got.status }}', {
        expect: { stdout: '7 application/json 200' },
      }),
    ];
    expect((await runFake(plan({ services, steps }), { programs })).stepOutcomes).toEqual([
      'passed',
      'passed',
    ]);
  });

  test('without `in` it is sent by a member of every network', async () => {
    const reached: string[] = [];
    const services = [
      service('web', { command: ['web'] }),
      service('near'),
      service('both', { networks: ['front', 'back'] }),
    ];
    const reach = (from: string): undefined => {
      reached.push(from);
      return undefined;
    };
    const { in: _in, ...anywhere } = step('http', { url: 'http://web:8080/json' });
    const ran = await runFake(plan({ services, steps: [anywhere] }), { programs, reach });
    expect([ran.outcome, reached]).toEqual(['passed', ['both']]);
  });

  test('without `in` and such a member it is sent by a neighbour', async () => {
    const reached: string[] = [];
    const services = [
      service('web', { command: ['web'] }),
      service('db', { networks: ['back'] }),
      service('near'),
    ];
    const reach = (from: string): undefined => {
      reached.push(from);
      return undefined;
    };
    const ran = await runFake(plan({ services, steps: [step('http', { url: 'http://web:8080/json' })] }), {
      programs,
      reach,
    });
    expect([ran.outcome, reached]).toEqual(['passed', ['near']]);
  });
});

describe('an http request as written', () => {
  test.each([
    { name: 'two bodies', value: { url: 'http://a/', body: 'x', json: 1 }, code: 'SCENARIO_CONFLICT' },
    { name: 'no URL', value: { url: 'web:8080' }, code: 'SCENARIO_WRONG_VALUE' },
    { name: 'another scheme', value: { url: 'ftp://web/' }, code: 'SCENARIO_WRONG_VALUE' },
  ])('$name is refused', ({ value, code }) => {
    expect(() => planRequest(value, 1)).toThrow(expect.objectContaining({ code }));
  });

  test("the author's content type wins", () => {
    expect(planRequest({ url: 'http://a/', json: 1, headers: { 'Content-Type': 'x/y' } }, 1).headers).toEqual(
      { 'Content-Type': 'x/y' },
    );
  });
});
