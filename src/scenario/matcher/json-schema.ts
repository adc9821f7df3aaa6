import type { ErrorObject, Options } from 'ajv';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { MatchResult } from '../../core/matcher.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { memberPath } from './compare-json.ts';
import { matched } from './match-result.ts';
import { loadRegularExpressions } from './regular-expression.ts';
import { showFact } from './show-fact.ts';

/** `uniqueItems` compares every pair of entries: a longer list is not judged by it. */
const maxUniqueEntries = 5000;

/**
 * A judge of values by a JSON Schema, which names the first violation; throws MATCHER_INVALID. Keywords and formats that are
 * not known are errors, never ignored.
 */
export async function compileJsonSchema(schema: JsonObject): Promise<(value: Json) => MatchResult> {
  const written = JSON.stringify(schema);
  const validate = await compileWithAjv(schema, written);
  const isQuadratic = written.includes('"uniqueItems"');
  return (value) => {
    if (isQuadratic && longestList(value) > maxUniqueEntries) {
      const message = `has a list longer than maxUniqueEntries (${maxUniqueEntries}), which uniqueItems cannot judge`;
      return violation('', message, 'a shorter list', value);
    }
    const error = validate(value);
    if (error === undefined) return matched;
    const { path, part } = locate(value, error.instancePath);
    const limits = Object.values(error.params).filter((limit) => typeof limit !== 'object');
    return violation(path, messageOf(error), `${error.keyword}: ${limits.map(String).join(', ')}`, part);
  };
}

async function compileWithAjv(schema: JsonObject, written: string) {
  const options: Options = {
    strict: true,
    // What a schema leaves open is the author's choice; only what ajv does not know is a mistake.
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    code: { regExp: await loadBoundedRegExp(written) },
  };
  try {
    const ajv = await createAjv(String(schema.$schema ?? ''), options);
    const validate = ajv.compile(schema);
    return (value: Json): ErrorObject | undefined => (validate(value) ? undefined : validate.errors?.[0]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MayflyError('MATCHER_INVALID', `the schema cannot be used: ${why}`, { cause });
  }
}

async function createAjv(dialect: string, options: Options) {
  if (/draft-0[67]/.test(dialect)) {
    const { Ajv } = await import('ajv');
    return new Ajv(options);
  }
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  return new Ajv2020(options);
}

/** ajv runs `pattern` and `patternProperties` on JavaScript's own engine, which hostile text can make hang. */
async function loadBoundedRegExp(written: string) {
  const hasPatterns = /"pattern(?:Properties)?"/.test(written);
  const compile = hasPatterns
    ? await loadRegularExpressions()
    : (pattern: string) => new RegExp(pattern, 'u');
  // ajv tells compiled patterns apart by their text (lib/vocabularies/code.ts, usePattern).
  const bounded = (pattern: string) => {
    const compiled = compile?.(pattern) ?? new RegExp(pattern, 'u');
    return { test: (text: string) => compiled.test(text), toString: () => pattern };
  };
  return Object.assign(bounded, { code: 'boundedRegExp' });
}

function messageOf(error: ErrorObject): string {
  const extra: unknown = error.params.additionalProperty ?? error.params.unevaluatedProperty;
  const allowed: unknown = error.params.allowedValues;
  const detail =
    extra !== undefined
      ? `: ${JSON.stringify(extra)}`
      : allowed !== undefined
        ? `: ${JSON.stringify(allowed)}`
        : '';
  return `${error.message ?? 'is not valid'}${detail}`;
}

/** Where ajv's JSON pointer leads, as a path and as the value there. */
function locate(root: Json, pointer: string): { readonly path: string; readonly part: Json } {
  let part = root;
  let path = '';
  for (const written of pointer.split('/').slice(1)) {
    const step = written.replaceAll('~1', '/').replaceAll('~0', '~');
    path += Array.isArray(part) ? `[${step}]` : memberPath(step);
    part = memberOf(part, step);
  }
  return { path, part };
}

function memberOf(value: Json, step: string): Json {
  if (Array.isArray(value)) return value[Number(step)] ?? null;
  return isJsonObject(value) ? (value[step] ?? null) : null;
}

function violation(path: string, message: string, expected: string, actual: Json): MatchResult {
  return { matched: false, mismatches: [{ path, message, expected, actual: showFact(actual) }] };
}

function longestList(value: Json): number {
  if (isJsonObject(value)) return longestOf(Object.values(value));
  return Array.isArray(value) ? Math.max(value.length, longestOf(value)) : 0;
}

function longestOf(values: readonly Json[]): number {
  return values.reduce((longest: number, value) => Math.max(longest, longestList(value)), 0);
}
