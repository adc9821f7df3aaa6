import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { StepKind } from '../../../src/core/step-kind.ts';
import type { FakePrograms } from '../../../src/engine/fake/fake-program.ts';
import { plan, type Ran, runFake, service, step } from '../run/runner-kit.ts';
import { dnsServer } from './dns-server.ts';

const programs: FakePrograms = {
  server: async (machine) => {
    machine.listen({ port: 80 }, (connection) => connection.end());
    machine.listen({ port: 80, address: '::', protocol: 'udp' }, (connection) => connection.end());
    machine.files.makeDirectories('/etc', { uid: 0, gid: 0 });
    machine.files.write(
      '/etc/resolv.conf',
      new TextEncoder().encode('# x\nnameserver none\nnameserver 127.0.0.11\n'),
    );
    machine.listen({ port: 53, address: '127.0.0.11' }, dnsServer);
    await machine.sleep(Number.POSITIVE_INFINITY);
    return 0;
  },
};

const services = [
  service('box', { command: ['server', '--verbose'], container: { user: 'postgres', measured: true } }),
  service('plain', { command: ['sleep', 'infinity'] }),
];

function look(kind: StepKind, value: Json, where = 'box'): Promise<Ran> {
  const steps = [step('wait', '1s'), step(kind, value, kind === 'image' ? {} : { in: where })];
  return runFake(plan({ services, steps }), {
    programs,
    image: { user: 'postgres', environment: ['A=1', 'B'], exposedPorts: ['80/tcp'] },
  });
}

interface Row {
  readonly kind: StepKind;
  readonly value: Json;
  /** What is wrong, in order; nothing: it passes. */
  readonly problems?: readonly string[];
}

const rows: readonly Row[] = [
  { kind: 'ports', value: { port: 80 } },
  {
    kind: 'ports',
    value: [
      { port: 80, address: '0.0.0.0' },
      { port: 80, proto: 'udp', listening: true },
    ],
  },
  { kind: 'ports', value: { port: 80, listening: false }, problems: ['80/tcp is listened to'] },
  { kind: 'ports', value: { port: 80, listening: false, address: '127.0.0.1' } },
  { kind: 'ports', value: { port: 81 }, problems: ['81/tcp is not listened to'] },
  {
    kind: 'ports',
    value: [
      { port: 81, listening: false },
      { port: 80, address: '127.0.0.1' },
    ],
    problems: ['80/tcp address differs'],
  },
  { kind: 'processes', value: { match: '^server' } },
  { kind: 'processes', value: [{ count: 1 }, { match: 'verbose$', count: 1, user: 'postgres', pid1: true }] },
  { kind: 'processes', value: { user: 70 } },
  { kind: 'processes', value: { match: 'nginx', count: 0 } },
  {
    kind: 'processes',
    value: { match: 'nginx' },
    problems: ['count of processes like /nginx/ is 0, not at least 1'],
  },
  {
    kind: 'processes',
    value: { match: 'server', count: { gt: 1 } },
    problems: ['count of processes like /server/ is 1, not more than 1'],
  },
  { kind: 'processes', value: { user: 'root' }, problems: ['user of 1 (server --verbose) differs'] },
  { kind: 'processes', value: { pid1: false }, problems: ['processes are the first process'] },
  { kind: 'dns', value: { name: 'db', answers: { length: 2, includes: '10.0.0.2' } } },
  { kind: 'dns', value: [{ name: 'db' }, { name: 'db', type: 'AAAA', answers: { includes: 'fd00::1' } }] },
  { kind: 'dns', value: { name: 'db', type: 'MX', answers: { includes: '10 mail.example' } } },
  { kind: 'dns', value: { name: 'db', type: 'SRV', answers: { includes: '1 2 5432 db.example' } } },
  { kind: 'dns', value: { name: 'db', type: 'TXT', answers: { includes: 'two parts' } } },
  { kind: 'dns', value: { name: '2.0.0.10.in-addr.arpa', type: 'PTR', answers: { includes: 'db' } } },
  { kind: 'dns', value: { name: 'nope', rcode: 'NXDOMAIN' } },
  {
    kind: 'dns',
    value: { name: 'nope' },
    problems: ['rcode of nope A differs', 'answers of nope A is empty'],
  },
  { kind: 'dns', value: { name: 'nope', answers: { empty: true } }, problems: ['rcode of nope A differs'] },
  { kind: 'dns', value: { name: 'db', type: 'CNAME' }, problems: ['answers of db CNAME is empty'] },
  { kind: 'image', value: { name: 'tools', config: { user: 'postgres', environment: { has_key: 'A' } } } },
  { kind: 'image', value: { name: 'tools', size: { lt: '1k' }, layers: { length: 1 } } },
  { kind: 'image', value: { name: 'tools', config: { expose: { includes: '80/tcp' } } } },
  { kind: 'image', value: { name: 'tools', config: { user: 'root' } }, problems: ['config.user differs'] },
  { kind: 'stats', value: { memory: { lt: '2m' }, pids: 1, oom_kills: 0, cpu: { lt: '1s' } } },
  { kind: 'stats', value: { pids: { gt: 1 } }, problems: ['pids is 1, not more than 1'] },
];

describe('R17 what is seen from outside of a container', () => {
  test.each(rows)('$kind $value', async ({ kind, value, problems = [] }) => {
    const ran = await look(kind, value);
    expect(ran.problems.map(({ message }) => message)).toEqual(problems);
    expect(ran.outcome).toBe(problems.length === 0 ? 'passed' : 'failed');
    for (const problem of ran.problems) {
      expect(problem).toMatchObject({
        code: 'EXPECTATION_FAILED',
        expected: expect.any(String),
        actual: expect.any(String),
      });
    }
  });

  test('facts are in the event, for reports', async () => {
    const facts = async (kind: StepKind, value: Json) =>
      (await look(kind, value)).of('stepFinished').at(-1)?.facts;
    expect(await facts('ports', { port: 80 })).toMatchObject({
      ports: expect.arrayContaining([{ port: 80, proto: 'tcp', address: '0.0.0.0' }]),
    });
    expect(await facts('processes', { count: 1 })).toEqual({
      processes: [{ pid: 1, user: 'postgres', command: 'server --verbose' }],
    });
    expect(await facts('dns', { name: 'db' })).toEqual({
      dns: [{ name: 'db', type: 'A', rcode: 'NOERROR', answers: ['10.0.0.2', '10.0.0.3'] }],
    });
  });

  test.each([
    { what: 'a name server that is not there', kind: 'dns', value: { name: 'db' }, code: 'NETWORK_FAILED' },
    {
      what: 'usage that nothing counts',
      kind: 'stats',
      value: { memory: { gt: 0 } },
      code: 'HOST_MISSING_FEATURE',
    },
  ] as const)('$what is an error, never a pass', async ({ kind, value, code }) => {
    const ran = await look(kind, value, 'plain');
    expect(ran.problems).toMatchObject([{ code }]);
    expect(ran.outcome).toBe('errored');
  });

  test.each([
    { kind: 'ports', value: { port: 80, listening: false } },
    { kind: 'processes', value: { match: 'x', count: 0 } },
    { kind: 'dns', value: { name: 'nope', rcode: 'NXDOMAIN' } },
  ] as const)(
    'of a container that has ended $kind says nothing, not even that something is absent',
    async ({ kind, value }) => {
      const steps = [step('control', { stop: 'box' }), step(kind, value, { in: 'box' })];
      const ran = await runFake(plan({ services, steps }), { programs });
      expect(ran.problems).toMatchObject([
        { code: 'CONTAINER_STATE', message: `cannot look at the ${kind} of \`box\`: it has ended` },
      ]);
    },
  );

  test('an image that the scenario does not use is an error', async () => {
    expect((await look('image', { name: 'other', size: 1 })).problems).toMatchObject([
      { code: 'SCENARIO_UNDECLARED' },
    ]);
  });
});
