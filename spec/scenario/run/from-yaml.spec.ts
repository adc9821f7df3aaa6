import { describe, expect, test } from 'vitest';
import type { FakePrograms } from '../../../src/engine/fake/fake-program.ts';
import { runYaml } from './from-yaml.ts';
import { httpServer } from './runner-kit.ts';

const programs: FakePrograms = {
  web: httpServer(
    8080,
    (request, response) => response.end(request.url === '/v1/items' ? '{"items":[{"id":7}]}' : 'ok'),
    500,
  ),
  db: async (machine) => {
    machine.listen({ port: 5432 }, (connection) => connection.end());
    await machine.write('ready to accept connections\n');
    await machine.sleep(Number.POSITIVE_INFINITY);
    return 0;
  },
};

const shop = `
name: shop
vars: { port: 8080 }
images: { tools: { host: [sh, cat, sleep] } }
networks: { front: {}, back: {} }
services:
  db:
    image: tools
    command: [db]
    networks: { back: { aliases: [postgres] } }
    ready: { within: 20s, all: [{ port: 5432 }, { log: { matches: ready to accept } }] }
  web:
    image: tools
    command: [web]
    networks: [front, back]
    depends_on: { db: { condition: service_healthy } }
    ready: { http: { port: 8080, path: /healthz, status: 200 } }
  client: { image: tools, command: [sleep, infinity], networks: [front] }
steps:
  - id: items
    in: client
    http: { url: "http://web:\${{ vars.port }}/v1/items" }
    expect:
      status: 200
      duration: { lt: 2s }
      body:
        - json: { path: "$.items", length: { gt: 0 } }
        - not: { contains: password }
    capture: { first: { from: body, json: "$.items[0].id" } }
  - in: client
    run: echo "\${{ steps.items.first }} of \${{ services.web.ip }}"
    expect: { stdout: { matches: '^7 of 10\\.' } }
  - image: tools
    networks: [back]
    run: cat /etc/motd
    expect: { stdout: hello }
  - logs: { service: db, contains: ready to accept }
  - control: { restart: web, grace: 1s }
  - in: client
    http: { url: "http://web:8080/" }
    eventually: { within: 10s, every: 200ms }
finally:
  - { in: db, run: echo bye, save: bye.txt }
`;

describe('a scenario from its text to its outcome', () => {
  test('passes as written', async () => {
    const ran = await runYaml(shop, { programs });
    expect(ran.problems).toEqual([]);
    expect(ran.result).toMatchObject({ exitStatus: 0, scenarios: [{ id: 'shop.yaml', outcome: 'passed' }] });
    expect(ran.saved.get('shop.yaml/bye.txt')).toBe('bye\n');
  });

  test('fails with the place and the line of its text', async () => {
    const ran = await runYaml(shop.replace('length: { gt: 0 }', 'length: { gt: 3 }'), { programs });
    expect(ran.problems[0]).toMatchObject({
      code: 'EXPECTATION_FAILED',
      at: { file: 'shop.yaml' },
      logs: { db: ['ready to accept connections'] },
    });
    const { line = 0 } = ran.problems[0]?.at ?? {};
    expect(ran.problems[0]?.sourceLine).toBe(shop.split('\n')[line - 1]);
  });

  test('R27 every combination of a matrix is a run of its own', async () => {
    const ran = await runYaml(
      `
name: matrix
matrix: { code: [0, 3] }
images: { tools: { host: [sh] } }
steps:
  - image: tools
    run: exit \${{ matrix.code }}
    expect: { exit: "\${{ matrix.code }}" }
`,
      { programs },
    );
    expect(ran.result.scenarios).toMatchObject([
      { id: 'shop.yaml[code=0]', outcome: 'passed' },
      { id: 'shop.yaml[code=3]', outcome: 'passed' },
    ]);
  });

  test('R11 a one-shot without networks joins default where there is one', async () => {
    const ran = await runYaml(
      `
name: default network
images: { tools: { host: [sh, sleep] } }
services: { web: { image: tools, command: [web], ready: { port: 8080 } }, client: { image: tools, command: [sleep, infinity] } }
steps:
  - http: { url: "http://web:8080/" }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    expect(
      ran.of('containerStarted').flatMap(({ networks }) => networks.map(({ network }) => network)),
    ).toEqual(['default', 'default']);
  });
});
