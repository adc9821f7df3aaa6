import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { loadScenarios } from '../../../src/scenario/load/load-scenarios.ts';

function errorsOf(services: JsonObject): readonly string[] {
  const images = {
    tools: { host: ['sh'] },
    saved: { archive: './app.tar' },
  };
  const [first = ''] = Object.keys(services);
  const document = { name: 'x', images, services, steps: [{ in: first, run: 'true' }] };
  return loadScenarios('x.yaml', JSON.stringify(document)).errors.map(
    ({ code, message }) => `${code} ${message}`,
  );
}

const web = (more: JsonObject): JsonObject => ({ web: { image: 'tools', command: ['sh'], ...more } });
const needs = (db: JsonObject): JsonObject => ({
  web: { image: 'tools', command: ['sh'], depends_on: { db: { condition: 'service_healthy' } } },
  db: { image: 'tools', command: ['sh'], ...db },
});
const neverHealthy = 'SCENARIO_MISSING_KEY `db` can never be healthy: it has no `ready`';
const needsTest = 'SCENARIO_MISSING_KEY `healthcheck` needs `test`: the image has none of its own';

describe('R13 R16 health checks as written', () => {
  const rows: readonly (readonly [name: string, services: JsonObject, errors: readonly string[]])[] = [
    ['healthy by `ready`', needs({ ready: { port: 1 } }), []],
    ['healthy by a health check', needs({ healthcheck: { test: 'true' } }), []],
    ['never healthy', needs({}), [neverHealthy]],
    ['never healthy: turned off', needs({ healthcheck: { test: ['NONE'] } }), [neverHealthy]],
    ['never healthy: disabled', needs({ image: 'saved', healthcheck: { disable: true } }), [neverHealthy]],
    ['perhaps healthy: an archive may say how', needs({ image: 'saved' }), []],
    ['an interval without a test', web({ healthcheck: { interval: '1s' } }), [needsTest]],
    ['an interval for the image’s own test', web({ image: 'saved', healthcheck: { interval: '1s' } }), []],
    [
      'a list without its first word',
      web({ healthcheck: { test: ['pg_isready'] } }),
      ['SCENARIO_WRONG_VALUE a `test` that is a list begins with CMD, CMD-SHELL or NONE'],
    ],
    [
      'a list with nothing to run',
      web({ healthcheck: { test: ['CMD'] } }),
      ['SCENARIO_ASSERTS_NOTHING `CMD` without a command'],
    ],
  ];
  test.each(rows)('R16 %s', (_name, services, errors) => {
    expect(errorsOf(services)).toEqual(errors);
  });
});

describe('R13 ports as written', () => {
  const twice = (one: Json, other: Json): JsonObject => ({
    web: { image: 'tools', command: ['sh'], ports: [one] },
    db: { image: 'tools', command: ['sh'], ports: [other] },
  });
  const taken = 'SCENARIO_CONFLICT port 8080 of this machine is already published on line 1';
  const rows: readonly (readonly [name: string, services: JsonObject, errors: readonly string[]])[] = [
    ['any free port, twice', twice('80', '80'), []],
    ['one port of this machine, twice', twice('8080:80', '8080:81'), [taken]],
    ['once as a mapping', twice('8080:80', { target: 80, published: 8080 }), [taken]],
    ['within a range', twice('8079-8081:79-81', '8080:80'), [taken]],
    ['of two addresses', twice('127.0.0.1:8080:80', '127.0.0.2:8080:80'), []],
    ['of two protocols', twice('8080:80/tcp', '8080:80/udp'), []],
    ['no such port', web({ ports: ['70000:80'] }), ['SCENARIO_WRONG_VALUE there is no port 70000']],
    ['no port 0 in a container', web({ expose: ['0'] }), ['SCENARIO_WRONG_VALUE there is no port 0']],
    ['backwards', web({ expose: ['90-80'] }), ['SCENARIO_WRONG_VALUE the range 90-80 runs backwards']],
    [
      'ranges of two lengths',
      web({ ports: ['8080-8082:80-81'] }),
      ['SCENARIO_WRONG_VALUE the two ranges are not equally long'],
    ],
  ];
  test.each(rows)('R13 %s', (_name, services, errors) => {
    expect(errorsOf(services)).toEqual(errors);
  });
});
