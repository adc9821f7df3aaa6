import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import { orderServices } from '../../../../src/scenario/plan/service/order-services.ts';
import { planOf, problemsOf, serviceOf, serviceProblems } from '../scenario-builder.ts';

const tools = { image: 'tools' };

function orderOf(services: JsonObject): readonly string[] {
  return planOf({ services }).services.map((service) => service.name);
}

describe('R13 depends_on', () => {
  test('R13 each service comes after what it depends on, otherwise as written', () => {
    const services = {
      web: { ...tools, depends_on: ['db', 'cache'] },
      cache: { ...tools, depends_on: { db: { condition: 'service_started' } } },
      other: tools,
      db: tools,
    };
    expect(orderOf(services)).toEqual(['db', 'cache', 'web', 'other']);
  });

  test('R13 the network of another service is a dependency', () => {
    const plan = planOf({ services: { side: { ...tools, network_mode: 'service:main' }, main: tools } });
    expect(plan.services.map((service) => service.name)).toEqual(['main', 'side']);
    expect(plan.services[1]?.container.network).toEqual({ kind: 'shared', container: 'main' });
  });

  test('R1 a cycle is an error that shows the way round', () => {
    const services = {
      a: { ...tools, depends_on: ['b'] },
      b: { ...tools, depends_on: ['c'] },
      c: { ...tools, depends_on: ['b'] },
    };
    expect(problemsOf({ services })).toEqual([
      'SCENARIO_CYCLE at /services/b: services depend on each other: b → c → b',
    ]);
  });

  test('R13 what need not be there may be missing', () => {
    expect(
      serviceProblems({ depends_on: { gone: { condition: 'service_started', required: false } } }),
    ).toEqual([]);
  });

  test('R15 what others wait for to complete is expected to end well', () => {
    const services = {
      init: tools,
      web: { ...tools, depends_on: { init: { condition: 'service_completed_successfully' } } },
    };
    const [init, web] = planOf({ services }).services;
    expect(init?.exits).toBe(0);
    expect(web).not.toHaveProperty('exits');
    expect(serviceOf({ exits: { gt: 0 } }).exits).toEqual({ gt: 0 });
  });

  test('R16 what others wait for to be healthy must say when it is', () => {
    const web = { ...tools, depends_on: { db: { condition: 'service_healthy' } } };
    expect(problemsOf({ services: { db: tools, web } })).toEqual([
      'SCENARIO_CONFLICT at /services/db: others wait until `db` is healthy, and nothing says when it is',
    ]);
    expect(problemsOf({ services: { db: { ...tools, ready: { port: 1 } }, web } })).toEqual([]);
    const byImage = planOf({ services: { db: { image: 'example.org/db:1' }, web } });
    expect(byImage.services[0]?.ready?.condition).toEqual({ kind: 'healthcheck', value: true });
  });

  test('R13 any graph without a cycle is put in an order that keeps every dependency', () => {
    const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }).map((pairs) => {
        const edges = pairs.filter(([from, to]) => from > to);
        return Array.from({ length: size }, (_unused, index) => ({
          name: String(index),
          dependsOn: edges
            .filter(([from]) => from === index)
            .map(([, to]) => ({ service: String(to), condition: 'service_started' as const })),
        }));
      }),
    );
    fc.assert(
      fc.property(graph, (services) => {
        const order = orderServices([...services].reverse());
        const names = order.kind === 'order' ? order.services.map((service) => service.name) : [];
        expect(names).toHaveLength(services.length);
        for (const { name, dependsOn } of services) {
          for (const { service } of dependsOn)
            expect(names.indexOf(service)).toBeLessThan(names.indexOf(name));
        }
      }),
    );
  });
});

describe('R13 scale', () => {
  const plan = planOf({
    services: { web: { ...tools, scale: 2 }, client: { ...tools, depends_on: ['web'] } },
    steps: [
      { in: 'web[2]', run: 'true' },
      { in: 'web', run: 'true' },
      { control: { stop: 'web[1]' } },
      { logs: { service: 'web', contains: 'x' } },
      { copy: { from: './x', to: 'web[2]:/x' } },
    ],
  });

  test('R13 each instance is a container found under the service’s name', () => {
    expect(
      plan.services.map((service) => [
        service.name,
        service.instanceOf,
        service.container.name,
        service.container.hostname,
      ]),
    ).toEqual([
      ['web[1]', 'web', 'web-1', 'web-1'],
      ['web[2]', 'web', 'web-2', 'web-2'],
      ['client', undefined, 'client', 'client'],
    ]);
    expect(plan.services[1]?.container.network).toEqual({
      kind: 'attached',
      attachments: [{ network: 'default', aliases: ['web'] }],
    });
    expect(plan.services[2]?.dependsOn.map((one) => one.service)).toEqual(['web[1]', 'web[2]']);
  });

  test('R18 steps name instances; without an index the first', () => {
    expect(plan.steps.map((step) => step.in ?? step.value)).toEqual([
      'web[2]',
      'web[1]',
      { stop: 'web[1]' },
      { service: 'web[1]', contains: 'x' },
      { from: './x', to: 'web[2]:/x' },
    ]);
  });

  test('R1 an instance beyond the scale does not exist', () => {
    expect(problemsOf({ services: { web: tools }, steps: [{ in: 'web[2]', run: 'true' }] })).toEqual([
      'SCENARIO_UNDECLARED at /steps/0/in: `web[2]` does not exist: `web` has scale 1',
    ]);
  });

  test('R1 a service cannot be called as an instance of another is', () => {
    expect(problemsOf({ services: { web: { ...tools, scale: 2 }, 'web-1': tools } })).toEqual([
      'SCENARIO_CONFLICT at /services/web-1: `web-1` and `web` would both have a container `web-1`',
    ]);
  });
});

describe('R16 ready', () => {
  const forms: readonly (readonly [JsonObject, object])[] = [
    [{ port: 80 }, { condition: { kind: 'port', value: 80 }, withinMs: 30_000 }],
    [
      { port: '53/udp', within: '2s', every: '10ms' },
      { condition: { kind: 'port', value: '53/udp' }, withinMs: 2000, everyMs: 10 },
    ],
    [
      { all: [{ log: 'up' }, { any: [{ port: 1 }, { exec: ['true'] }] }] },
      {
        condition: {
          kind: 'all',
          of: [
            { kind: 'log', value: 'up' },
            {
              kind: 'any',
              of: [
                { kind: 'port', value: 1 },
                { kind: 'exec', value: ['true'] },
              ],
            },
          ],
        },
      },
    ],
    [{ exits: { equals: 0 } }, { condition: { kind: 'exits', value: { equals: 0 } } }],
  ];

  test.each(forms)('R16 %j', (ready, wanted) => {
    expect(serviceOf({ ready }).ready).toMatchObject(wanted);
  });

  test('R16 a health check of the service is its readiness, and is what `healthcheck: true` means', () => {
    const healthcheck = { test: ['CMD', 'true'] };
    expect(serviceOf({ healthcheck }).ready?.condition).toEqual({ kind: 'healthcheck', value: healthcheck });
    expect(serviceOf({ healthcheck, ready: { healthcheck: true } }).ready?.condition).toEqual({
      kind: 'healthcheck',
      value: healthcheck,
    });
    expect(serviceOf({ ready: { healthcheck: true } }).ready?.condition).toEqual({
      kind: 'healthcheck',
      value: true,
    });
    expect(serviceOf({ healthcheck: { disable: true } })).not.toHaveProperty('ready');
    expect(serviceOf({ healthcheck: { test: ['NONE'] } })).not.toHaveProperty('ready');
  });

  test('R3 R16 nothing to wait for, and two things side by side, are errors', () => {
    expect(serviceProblems({ ready: { within: '1s' } })).toEqual([
      'SCENARIO_ASSERTS_NOTHING at /services/web/ready: nothing to wait for',
    ]);
    expect(serviceProblems({ ready: { port: 1, log: 'x' } })).toEqual([
      'SCENARIO_CONFLICT at /services/web/ready: `port` and `log` side by side',
    ]);
    expect(serviceProblems({ ready: { port: 70_000 } })).toEqual([
      'SCENARIO_WRONG_VALUE at /services/web/ready/port: `70000` is no port',
    ]);
  });
});

test('R13 restart policies', () => {
  expect(serviceOf({}).restart).toBe('no');
  expect(serviceOf({ restart: 'on-failure:3' })).toMatchObject({ restart: 'on-failure', maxRestarts: 3 });
  expect(serviceOf({ restart: 'unless-stopped' })).toMatchObject({ restart: 'unless-stopped' });
});
