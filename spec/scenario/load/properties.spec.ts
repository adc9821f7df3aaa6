import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type Json } from '../../../src/core/json.ts';
import { MayflyError, renderError } from '../../../src/core/mayfly-error.ts';
import { below } from '../../../src/scenario/load/json-pointer.ts';
import { type LoadResult, loadScenarios } from '../../../src/scenario/load/load-scenarios.ts';

const directory = join(import.meta.dirname, 'mistakes');
const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
const samples = files.map((name) => readFileSync(join(directory, name), 'utf8'));

const good = `vars: { port: 8080 }
images: { tools: { host: [sh, sleep] } }
networks: { front: {}, back: { egress: true } }
volumes: { data: {} }
services:
  web:
    image: tools
    networks: { front: { aliases: [www] }, back: {} }
    volumes: ["data:/data", "./conf:/etc/app"]
    depends_on: { db: { condition: service_healthy } }
    ready: { all: [{ port: 8080 }, { http: { port: 8080, status: 200 } }] }
  db: { image: tools, networks: [back], ready: { log: up } }
steps:
  - id: a
    in: web
    run: echo \${{ vars.port }}
    expect: { stdout: { contains: "80" }, duration: { lt: 2s } }
    capture: { port: { from: stdout, regex: "\\\\d+" } }
  - { in: web, http: { url: "http://web:\${{ steps.a.port }}/" }, expect: { status: 200, body: [{ json: { path: $.a, gt: 1 } }] } }
  - { in: web, files: [{ path: /data, type: directory, mode: "0755" }], eventually: { within: 2s } }
finally:
  - { logs: { service: db, not: { contains: PANIC } } }
`;

/** Everything a caller may rely on, whatever the text. */
function checkResult({ errors, warnings, scenarios }: LoadResult, text: string): void {
  const lines = text.split(/\r\n|\n|\r/);
  for (const error of [...errors, ...warnings]) {
    expect(error).toBeInstanceOf(MayflyError);
    if (error.at === undefined) continue;
    expect(lines[error.at.line - 1]).toBe(error.sourceLine);
    expect(error.at.column).toBeGreaterThan(0);
    expect(error.at.column + error.length - 1).toBeLessThanOrEqual(
      Math.max(error.at.column, error.sourceLine?.length ?? 0),
    );
    expect(renderError(error)).toContain(error.message);
  }
  const places = errors.map(
    (error) => [error.at?.line ?? Number.MAX_SAFE_INTEGER, error.at?.column ?? 0] as const,
  );
  expect(places).toEqual([...places].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
  for (const scenario of scenarios) {
    for (const pointer of pointersOf(scenario.document, ''))
      expect(scenario.locate(pointer).line).toBeGreaterThan(0);
  }
}

function pointersOf(value: Json, pointer: string): readonly string[] {
  const children: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? [...value.entries()]
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return [pointer, ...children.flatMap(([key, child]) => pointersOf(child, below(pointer, key)))];
}

const load = (text: string) => checkResult(loadScenarios('x.yaml', text), text);

/** Cuts, doubles, swaps and spoils places of a text. */
const mutation = fc.record({
  at: fc.nat(2000),
  length: fc.nat(30),
  insert: fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '\n',
      '\t',
      ':',
      ': ',
      '- ',
      '"',
      "'",
      '[',
      '{',
      '}',
      '*',
      '&a ',
      '*a',
      '<<: ',
      '#',
      ' #',
      '${{',
      '}}',
      '!',
      '|',
      '>',
      'null',
      '0755',
      '---\n',
      'x-',
      '\u0000',
      '\u001b',
      '🦟',
    ),
    fc.string({ maxLength: 5 }),
  ),
});

function mutate(text: string, mutations: readonly { at: number; length: number; insert: string }[]): string {
  return mutations.reduce((now, { at, length, insert }) => {
    const start = at % (now.length + 1);
    return now.slice(0, start) + insert + now.slice(start + length);
  }, text);
}

/** Any JSON in any place of a good document. */
const replacement = fc.jsonValue({ maxDepth: 3 });

describe('R2 R5 whatever the text, errors are values with places', () => {
  test('the sample is good', () => {
    const { errors, warnings } = loadScenarios('x.yaml', good);
    expect([...errors, ...warnings].map((error) => renderError(error))).toEqual([]);
    load(good);
  });

  test.each(files.map((name, index) => [name, samples[index] ?? '']))('%s', (_name, text) => load(text));

  test('arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), load), { numRuns: 500 });
  });

  test('text that looks like YAML', () => {
    const piece = fc.constantFrom(
      'a',
      'steps',
      'run',
      'in',
      ': ',
      ':',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '"',
      "'",
      '&a',
      '*a',
      '<<',
      '|\n',
      '>-\n',
      '#',
      '---\n',
      '...\n',
      '? ',
      '!!str ',
      '!',
      '1',
      'true',
      '~',
      '${{ ',
      ' }}',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => load(pieces.join(''))),
      { numRuns: 1500 },
    );
  });

  test('mutated scenarios', () => {
    const text = fc.constantFrom(good, ...samples);
    fc.assert(
      fc.property(text, fc.array(mutation, { minLength: 1, maxLength: 4 }), (sample, mutations) =>
        load(mutate(sample, mutations)),
      ),
      { numRuns: 800 },
    );
  });

  test('any value in any place of a good scenario', () => {
    const [scenario] = loadScenarios('x.yaml', good).scenarios;
    if (scenario === undefined) throw new Error('the sample is not good');
    const { document } = scenario;
    const pointers = pointersOf(document, '').filter((pointer) => pointer !== '');
    fc.assert(
      fc.property(fc.constantFrom(...pointers), replacement, (pointer, value) => {
        const copy: Json = JSON.parse(JSON.stringify(document));
        const path = pointer
          .slice(1)
          .split('/')
          .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
        load(JSON.stringify(withValue(copy, path, value as Json)));
      }),
      { numRuns: 800 },
    );
  });
});

function withValue(node: Json, [first, ...rest]: readonly string[], value: Json): Json {
  if (first === undefined) return value;
  if (Array.isArray(node))
    return node.map((item: Json, index) => (String(index) === first ? withValue(item, rest, value) : item));
  if (!isJsonObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [key, key === first ? withValue(child, rest, value) : child]),
  );
}
