import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { DocumentNode } from './document-node.ts';

/** GitHub's own limit (docs.github.com, "Usage limits": 256 jobs per matrix). */
const maxCombinations = 256;

type Combination = Readonly<Record<string, Json>>;

/**
 * The combinations of a `matrix:`, as GitHub Actions makes them (actions/runner, WorkflowParser/Conversion/
 * MatrixBuilder.cs): the product of the lists in their order, the last one turning fastest; `exclude` entries drop
 * what they match; an `include` entry is merged into every combination it does not contradict, or else stands alone.
 */
export function expandMatrix(matrix: DocumentNode): readonly Combination[] {
  if (!matrix.present) return [{}];
  const axes = matrix.entries().filter(([key]) => key !== 'include' && key !== 'exclude');
  const lists = axes.map(([key, axis]) => [key, axis.items().map((item) => item.value ?? null)] as const);
  const size = lists.length === 0 ? 0 : lists.reduce((product, [, values]) => product * values.length, 1);
  if (tooMany(matrix, size)) return [];
  const excludes = readExcludes(matrix.child('exclude'), new Set(lists.map(([key]) => key)));
  const includes = readMappings(matrix.child('include'));
  const kept = product(lists).filter(
    (combination) => !excludes.some((filter) => agrees(filter, combination)),
  );
  const combinations = include(kept, includes, new Set(lists.map(([key]) => key)));
  if (combinations.length === 0) {
    matrix.fail('SCENARIO_ASSERTS_NOTHING', 'this matrix has no combination, so nothing would run');
  }
  return tooMany(matrix, combinations.length) ? [] : combinations;
}

function tooMany(matrix: DocumentNode, count: number): boolean {
  if (count <= maxCombinations) return false;
  matrix.fail('SCENARIO_LIMIT', `a matrix of ${count} combinations is over the limit of ${maxCombinations}`);
  return true;
}

function product(lists: readonly (readonly [string, readonly Json[]])[]): readonly Combination[] {
  if (lists.length === 0) return [];
  return lists.reduce<readonly Combination[]>(
    (sofar, [key, values]) => sofar.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}

/** What an entry adds must agree with the original values only: additions of other entries may be overwritten. */
function include(
  kept: readonly Combination[],
  includes: readonly JsonObject[],
  axes: ReadonlySet<string>,
): readonly Combination[] {
  const used = new Set<JsonObject>();
  const merged = kept.map((original) => {
    const extras = includes.filter((entry) => agrees(only(entry, axes, true), original));
    for (const entry of extras) used.add(entry);
    return mergeAll([original, ...extras.map((entry) => only(entry, axes, false))]);
  });
  return [...merged, ...includes.filter((entry) => !used.has(entry))];
}

function mergeAll(parts: readonly Combination[]): Combination {
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
}

function only(entry: JsonObject, axes: ReadonlySet<string>, inside: boolean): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => axes.has(key) === inside));
}

function readMappings(list: DocumentNode): readonly JsonObject[] {
  return list.items().flatMap((item) => {
    const keys = item.entries();
    if (isJsonObject(item.value) && keys.length === 0)
      item.fail('SCENARIO_ASSERTS_NOTHING', 'an empty entry');
    return isJsonObject(item.value) && keys.length > 0 ? [item.value] : [];
  });
}

function readExcludes(list: DocumentNode, axes: ReadonlySet<string>): readonly JsonObject[] {
  for (const [key, value] of list.items().flatMap((item) => item.entries())) {
    if (axes.has(key)) continue;
    value.fail(
      'SCENARIO_UNDECLARED',
      `\`${key}\` is no list of this matrix`,
      `it has ${[...axes].join(', ')}`,
    );
  }
  return readMappings(list);
}

/** A filter agrees when each of its leaves equals the value at the same place; what it leaves out may be anything. */
function agrees(filter: Json, value: Json | undefined): boolean {
  if (Array.isArray(filter))
    return filter.every((item: Json, index) => agrees(item, elementOf(value, index)));
  if (isJsonObject(filter)) {
    return Object.entries(filter).every(([key, item]) =>
      agrees(item, isJsonObject(value) ? value[key] : undefined),
    );
  }
  return looselyEqual(filter, value ?? null);
}

function elementOf(value: Json | undefined, index: number): Json | undefined {
  return Array.isArray(value) ? value[index] : undefined;
}

/** `==` of GitHub's expressions: text without regard to case, unlike types as numbers. */
function looselyEqual(left: Json, right: Json): boolean {
  if (typeof left === 'string' && typeof right === 'string')
    return left.toUpperCase() === right.toUpperCase();
  if (typeof left === typeof right && left !== null && right !== null) return left === right;
  return toNumber(left) === toNumber(right);
}

function toNumber(value: Json): number {
  if (value === null) return 0;
  return typeof value === 'object' ? Number.NaN : Number(value);
}
