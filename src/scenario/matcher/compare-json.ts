import { isJsonObject, type Json } from '../../core/json.ts';
import type { Mismatch } from '../../core/matcher.ts';
import { maxMismatches } from './match-result.ts';
import { showFact } from './show-fact.ts';

/** How scalars compare: `strict` as JSON, `loose` also text with the number or boolean it spells. */
export type Scalars = 'strict' | 'loose';

/** Each place in which a value differs from the expected one, at most one more than are shown; none when they are equal. */
export function compareJson(expected: Json, actual: Json, scalars: Scalars, path = ''): readonly Mismatch[] {
  if (Array.isArray(expected) && Array.isArray(actual)) return compareLists(expected, actual, scalars, path);
  if (isJsonObject(expected) && isJsonObject(actual)) return compareMappings(expected, actual, scalars, path);
  if (isEqualScalar(expected, actual, scalars)) return [];
  return [
    { path, message: differenceOf(expected, actual), expected: showFact(expected), actual: showFact(actual) },
  ];
}

function isEqualJson(expected: Json, actual: Json, scalars: Scalars): boolean {
  return compareJson(expected, actual, scalars).length === 0;
}

/** Whether a mapping has at least these entries, at any depth; other values must be equal. */
export function includesJson(expected: Json, actual: Json, scalars: Scalars): boolean {
  if (!isJsonObject(expected) || !isJsonObject(actual)) return isEqualJson(expected, actual, scalars);
  return Object.entries(expected).every(
    ([key, value]) => Object.hasOwn(actual, key) && includesJson(value, actual[key] ?? null, scalars),
  );
}

/** `.name`, or `["a b"]` where a name needs it. */
export function memberPath(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function compareLists(
  expected: readonly Json[],
  actual: readonly Json[],
  scalars: Scalars,
  path: string,
): readonly Mismatch[] {
  const found: Mismatch[] = [];
  if (expected.length !== actual.length) {
    const message = `has ${actual.length} entr${actual.length === 1 ? 'y' : 'ies'}, not ${expected.length}`;
    found.push({ path, message, expected: showFact(expected), actual: showFact(actual) });
  }
  for (const [index, entry] of expected.entries()) {
    const other = actual[index];
    if (other === undefined || found.length > maxMismatches) break;
    found.push(...compareJson(entry, other, scalars, `${path}[${index}]`));
  }
  return found;
}

function compareMappings(
  expected: { readonly [key: string]: Json },
  actual: { readonly [key: string]: Json },
  scalars: Scalars,
  path: string,
): readonly Mismatch[] {
  const found: Mismatch[] = [];
  for (const [key, value] of Object.entries(expected)) {
    const here = path + memberPath(key);
    if (found.length > maxMismatches) break;
    if (Object.hasOwn(actual, key)) found.push(...compareJson(value, actual[key] ?? null, scalars, here));
    else found.push({ path: here, message: 'is missing', expected: showFact(value), actual: 'nothing' });
  }
  for (const [key, value] of Object.entries(actual)) {
    if (Object.hasOwn(expected, key)) continue;
    if (found.length > maxMismatches) break;
    const message = 'is not expected';
    found.push({ path: path + memberPath(key), message, expected: 'nothing', actual: showFact(value) });
  }
  return found;
}

function isEqualScalar(expected: Json, actual: Json, scalars: Scalars): boolean {
  return expected === actual || (scalars === 'loose' && isSpelling(expected, actual));
}

/** One is the text that spells the other: `"1"` and 1. */
function isSpelling(one: Json, other: Json): boolean {
  // Mappings are never made text: a hostile one may have a `toString` of its own.
  if (typeof one === 'object' || typeof other === 'object' || typeof one === typeof other) return false;
  return (typeof one === 'string' || typeof other === 'string') && String(one) === String(other);
}

function differenceOf(expected: Json, actual: Json): string {
  return isSpelling(expected, actual) ? `is ${withArticle(actual)}, not ${withArticle(expected)}` : 'differs';
}

function withArticle(value: Json): string {
  return typeof value === 'string'
    ? `the text ${JSON.stringify(value)}`
    : `the ${typeof value} ${String(value)}`;
}
