import { describe, expect, test } from 'vitest';
import { MayflyError, renderError } from '../../../src/core/mayfly-error.ts';
import { loadScenarios } from '../../../src/scenario/load/load-scenarios.ts';
import { validatePatterns } from '../../../src/scenario/load/validate-patterns.ts';

const base = `images: { tools: { host: [sh, sleep] } }
services:
  web: { image: tools, command: [sleep, infinity] }
`;
const step = 'steps:\n  - { in: web, run: "true" }\n';

function codesOf(text: string, options = {}): readonly string[] {
  const { errors, warnings } = loadScenarios('x.yaml', text, options);
  return [...errors, ...warnings].map((error) => error.code);
}

function only(text: string) {
  const { scenarios, errors } = loadScenarios('dir/x.yaml', text);
  expect(errors.map((error) => error.message)).toEqual([]);
  const [scenario] = scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}

describe('a scenario', () => {
  test('R26 one file holds several documents, each with its index and name', () => {
    const { scenarios, errors } = loadScenarios(
      'dir/shop.yaml',
      `# licence\n---\n${base}${step}---\nname: second\n${base}${step}---\n`,
    );
    expect(errors).toEqual([]);
    expect(scenarios.map(({ name, documentIndex }) => [name, documentIndex])).toEqual([
      ['shop', 0],
      ['second', 1],
    ]);
  });

  test('a later document without a name is numbered', () => {
    const { scenarios } = loadScenarios('shop.yml', `${base}${step}---\n${base}${step}`);
    expect(scenarios.map(({ name }) => name)).toEqual(['shop', 'shop#2']);
  });

  test('R6 anchors, aliases, merge keys and x- keys are resolved as in Compose; own keys win', () => {
    const scenario = only(`x-common: &common { image: tools, command: [sleep, infinity], tty: true }
images: { tools: { host: [sh, sleep] } }
services:
  web: { <<: *common, tty: false, x-note: kept }
  api:
    <<: [*common, { init: false, tty: false }]
${step}`);
    expect(scenario.document.services).toEqual({
      web: { image: 'tools', command: ['sleep', 'infinity'], tty: false, 'x-note': 'kept' },
      api: { image: 'tools', command: ['sleep', 'infinity'], tty: true, init: false },
    });
  });

  test('units stay as they are written', () => {
    expect(only(`timeout: 1m30s\n${base}${step}`).document.timeout).toBe('1m30s');
  });

  test.each([
    ['/services/web', 3, 3],
    ['/services/web/image', 3, 10],
    ['/steps/0', 5, 5],
    ['/steps/0/run', 5, 16],
    ['/services/web/command/1', 3, 41],
    ['', 1, 1],
    ['/steps/0/not/there', 5, 5],
  ])('every pointer has a place: %s', (pointer, line, column) => {
    expect(only(base + step).locate(pointer)).toEqual({ file: 'dir/x.yaml', line, column });
  });

  test('CR LF and CR are line breaks too', () => {
    const { errors } = loadScenarios('x.yaml', (base + step).replace('run', 'rnu').replaceAll('\n', '\r\n'));
    expect(errors.map(({ at, sourceLine }) => [at?.line, sourceLine])).toContainEqual([
      5,
      '  - { in: web, rnu: "true" }',
    ]);
  });

  test('a document with errors is no scenario; the others are', () => {
    const { scenarios, errors } = loadScenarios(
      'x.yaml',
      `${base}${step}---\n${base}steps: []\n---\n\t[\n---\n${base}${step}`,
    );
    expect(scenarios.map(({ documentIndex }) => documentIndex)).toEqual([0, 2]);
    expect(errors.map(({ code }) => code)).toEqual(['SCENARIO_ASSERTS_NOTHING', 'SCENARIO_SYNTAX']);
  });

  test('`__proto__` is no way into an object', () => {
    const { errors } = loadScenarios('x.yaml', `vars: { __proto__: { polluted: true } }\n${base}${step}`);
    expect(errors.map(({ code }) => code)).toContain('SCENARIO_SYNTAX');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('what is allowed', () => {
  test.each([
    [
      'R7 expressions stand where numbers and booleans do',
      `vars: { n: 1, yes: true }\nimages: { tools: { host: [sh] } }\nservices: { web: { image: tools, init: "\${{ vars.yes }}", pids_limit: "\${{ vars.n }}" } }\n${step}`,
    ],
    [
      'R9 a declared name wins over a reference',
      `images: { "tools": { host: [sh] } }\nservices: { web: { image: tools } }\n${step}`,
    ],
    [
      'R11 the network `default` needs no declaration',
      `images: { tools: { host: [sh] } }\nservices: { web: { image: tools, networks: [default] } }\n${step}`,
    ],
    [
      'R16 conditions are combined',
      `images: { tools: { host: [sh] } }\nservices: { web: { image: tools, ready: { within: 5s, any: [{ port: 53/udp }, { all: [{ log: up }, { exec: [sh] }] }] } } }\n${step}`,
    ],
    [
      'R18 a one-shot run names an image',
      `images: { tools: { host: [sh] } }\nsteps: [{ image: tools, run: "true" }]\n`,
    ],
    [
      'R21 matchers nest',
      `${base}steps:\n  - in: web\n    run: "true"\n    expect: { stdout: [{ json: { path: $.a, every: { not: { one_of: [1, 2] } } } }, { any: [x, { lines: [a, { contains: b }] }] }] }\n`,
    ],
    [
      'R27 a matrix has include and exclude',
      `matrix: { db: [a, b], include: [{ db: c, port: 1 }], exclude: [{ db: b }] }\n${base}steps:\n  - { in: web, run: "echo \${{ matrix.db }} \${{ matrix.port }}" }\n`,
    ],
    [
      'R7 a name in default() may be missing',
      `${base}steps:\n  - { in: web, run: "echo \${{ default(vars.nothing, 1) }}" }\n`,
    ],
    ['R7 \u0024\u0024{{ is text', `${base}steps:\n  - { in: web, run: "echo $\${{ anything" }\n`],
  ])('%s', (_name, text) => {
    expect(codesOf(text)).toEqual([]);
  });

  test('R32 variables from outside need no declaration', () => {
    const text = `${base}steps:\n  - { in: web, run: "echo \${{ vars.tag }}" }\n`;
    expect(codesOf(text)).toEqual(['SCENARIO_UNDECLARED']);
    expect(codesOf(text, { vars: ['tag'] })).toEqual([]);
  });

  test('R13 R14 rights are given on the command line', () => {
    const text = `images: { tools: { host: [sh] } }\nservices: { web: { image: tools, privileged: true, volumes: ["/etc:/e"], ports: ["0.0.0.0:80:80"] } }\n${step}`;
    expect(codesOf(text)).toEqual(['SCENARIO_FORBIDDEN', 'SCENARIO_FORBIDDEN', 'SCENARIO_FORBIDDEN']);
    expect(codesOf(text, { allow: { privileged: true, hostBinds: true, publicPorts: true } })).toEqual([]);
  });

  test('R9 registry references need no declaration', () => {
    const text = `images: { db: docker.io/library/redis:7 }\nservices: { web: { image: quay.io/a/b:1 }, db: { image: db } }\n${step}`;
    expect(codesOf(text)).toEqual([]);
  });
});

describe('R5 limits, each named', () => {
  test.each([
    ['fileBytes', { fileBytes: 10 }, base + step],
    ['documents', { documents: 1 }, `${base}${step}---\n${base}${step}`],
    ['depth', { depth: 3 }, base + step],
    ['aliases', { aliases: 1 }, `x-a: &a b\nx-b: [*a, *a]\n${base}${step}`],
    ['values', { values: 5 }, base + step],
    ['services', { services: 0 }, base + step],
    ['images', { images: 0 }, base + step],
    ['steps', { steps: 0 }, base + step],
  ])('%s', (name, limits, text) => {
    const { errors } = loadScenarios('x.yaml', text, { limits });
    expect(errors.map(({ code }) => code)).toContain('SCENARIO_LIMIT');
    expect(errors.map(({ message }) => message).join()).toContain(`\`${name}\``);
  });

  test('aliases do not hide depth', () => {
    const chain = Array.from(
      { length: 20 },
      (_, index) => `x-${index + 1}: &a${index + 1} [[[[*a${index}]]]]`,
    ).join('\n');
    expect(codesOf(`x-0: &a0 []\n${chain}\n${base}${step}`)).toContain('SCENARIO_LIMIT');
  });

  test('errors beyond the limit are counted', () => {
    const text = `${base}steps:\n${'  - { in: web, nonsense: 1 }\n'.repeat(200)}`;
    const { errors } = loadScenarios('x.yaml', text);
    expect(errors).toHaveLength(101);
    expect(errors.at(-1)?.message).toBe('300 more errors in this file; the limit `errors` is 100');
  });
});

describe('how a place is shown', () => {
  test('a long line is cut around the place, and the caret stays under it', () => {
    const { errors } = loadScenarios(
      'x.yaml',
      `${base}steps: [{ in: web, run: "${'a'.repeat(500)}", oops: 1, name: "${'b'.repeat(500)}" }]\n`,
    );
    const [, , , source = '', caret = ''] = renderError(
      errors[0] ?? new MayflyError('INTERNAL', 'none'),
    ).split('\n');
    expect(source.length).toBeLessThan(180);
    expect(source.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('oops');
  });

  test('control characters do not reach the terminal', () => {
    const { errors } = loadScenarios('x.yaml', 'name: "\u001b[31mred"\n');
    expect(errors.map((error) => renderError(error)).join()).not.toContain('\u001b');
    expect(errors.length).toBeGreaterThan(0);
  });
});

describe('R21 patterns that cannot be compiled', () => {
  test.each([
    ['expect: { stdout: { matches: "(" } }', 'matches'],
    ['capture: { a: { from: stdout, regex: "[" } }', 'regex'],
    ['expect: { stdout: { json: { path: "$[", exists: true } } }', 'path'],
    ['expect: { stdout: { snapshot: { redact: [time, { matches: "(", as: x }] } } }', 'matches'],
  ])('%s', async (part, key) => {
    const scenario = only(`${base}steps:\n  - in: web\n    run: "true"\n    ${part}\n`);
    const [error] = await validatePatterns(scenario);
    expect(error?.code).toBe('MATCHER_INVALID');
    expect(error?.sourceLine?.slice((error.at?.column ?? 0) - 1)).toMatch(new RegExp(`^${key}:`));
  });

  test('good ones are not complained about', async () => {
    expect(
      await validatePatterns(
        only(`${base}steps:\n  - { in: web, run: "true", expect: { stdout: { matches: "^a+$" } } }\n`),
      ),
    ).toEqual([]);
  });
});
