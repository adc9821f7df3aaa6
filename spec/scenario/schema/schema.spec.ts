import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { stepKinds } from '../../../src/core/step-kind.ts';
import { notYet } from '../../../src/scenario/load/not-yet.ts';
import { matcherNames } from '../../../src/scenario/matcher/matchers.ts';
import { operators } from '../../../src/scenario/schema/matchers.ts';
import { scenarioSchema } from '../../../src/scenario/schema/scenario-schema.ts';
import { compileSchema } from '../../../tools/compile-schema.mjs';

const root = join(import.meta.dirname, '../../..');
const generated = await compileSchema();

/** Every documented key with its path, definitions included. */
function keysOf(schema: Json, path: string): readonly (readonly [string, JsonObject])[] {
  if (Array.isArray(schema)) return schema.flatMap((part: Json, index) => keysOf(part, `${path}/${index}`));
  if (!isJsonObject(schema)) return [];
  const own = isJsonObject(schema.properties) ? Object.entries(schema.properties) : [];
  const found = own.flatMap(([name, part]): (readonly [string, JsonObject])[] =>
    isJsonObject(part) ? [[`${path}/properties/${name}`, part]] : [],
  );
  const nested = Object.entries(schema).flatMap(([keyword, part]) =>
    keyword === 'examples' ? [] : keysOf(part, `${path}/${keyword}`),
  );
  return [...found, ...nested];
}

const isBranch = (path: string) => /\/(?:if|oneOf)\//.test(path) || path.includes('/then/properties/expect');
const keys = keysOf(scenarioSchema, '').filter(([path]) => !isBranch(path));

describe('the schema', () => {
  test.each(Object.keys(generated))('%s is up to date (node tools/compile-schema.mjs)', (file) => {
    expect(readFileSync(join(root, file), 'utf8')).toBe(generated[file]);
  });

  test('the compiled validator stands alone', () => {
    expect(generated['src/scenario/generated/validate-scenario.js']).not.toMatch(/\brequire\(|\bimport\b/);
  });

  test('every key has a title, a description and an example', () => {
    expect(keys.length).toBeGreaterThan(300);
    const bare = keys.filter(([, part]) => !part.title || !part.description || !Array.isArray(part.examples));
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  test('every example is valid where it stands', () => {
    const ajv = new Ajv({ allErrors: true, strict: false });
    const shipped: JsonObject = JSON.parse(generated['schema/scenario.schema.json'] ?? '');
    ajv.addSchema({ ...shipped, $id: 'scenario' });
    const wrong = keysOf(shipped, '')
      .filter(([path]) => !isBranch(path))
      .flatMap(([path, part]) => {
        const validate = ajv.getSchema(`scenario#${path}`);
        return (part.examples as readonly Json[]).flatMap((example) =>
          validate?.(example) === true ? [] : [`${path}: ${JSON.stringify(example)}`],
        );
      });
    expect(wrong).toEqual([]);
  });

  test('the shipped form has no keywords of our own, and is itself a valid schema', () => {
    const shipped = generated['schema/scenario.schema.json'] ?? '';
    expect(shipped).not.toMatch(/"x-(?:what|expects|unit|code|empty|asserts|one-of)"/);
    expect(new Ajv({ strict: false }).validateSchema(JSON.parse(shipped))).toBe(true);
  });

  test('R17 has every kind of step', () => {
    const definitions = scenarioSchema.definitions;
    const step = isJsonObject(definitions) ? definitions.step : undefined;
    const properties =
      isJsonObject(step) && isJsonObject(step.properties) ? Object.keys(step.properties) : [];
    expect(properties).toEqual(expect.arrayContaining([...stepKinds]));
  });

  test('R21 has exactly the matchers there are', () => {
    expect(Object.keys(operators).sort()).toEqual([...matcherNames()].sort());
  });

  test('R13 has every key of Compose that the language names', () => {
    const named =
      'image build command entrypoint environment env_file working_dir user group_add hostname domainname networks network_mode ports expose volumes tmpfs configs secrets depends_on healthcheck restart stop_signal stop_grace_period cap_add cap_drop read_only security_opt pids_limit mem_limit memswap_limit cpus cpuset shm_size ulimits sysctls extra_hosts dns init tty stdin_open devices scale platform pull_policy oom_score_adj storage_opt labels annotations profiles extends deploy privileged';
    const definitions = scenarioSchema.definitions;
    const service = isJsonObject(definitions) ? definitions.service : undefined;
    const properties =
      isJsonObject(service) && isJsonObject(service.properties) ? Object.keys(service.properties) : [];
    expect(properties).toEqual(expect.arrayContaining(named.split(' ')));
  });

  test('what is not there yet is in the schema all the same', () => {
    const known = new Set(keys.map(([path]) => path.split('/').at(-1)));
    expect(notYet.filter(({ key }) => !known.has(key))).toEqual([]);
  });
});
