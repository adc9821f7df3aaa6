import { all } from './kind/all.ts';
import { any } from './kind/any.ts';
import { between } from './kind/between.ts';
import { contains } from './kind/contains.ts';
import { empty } from './kind/empty.ts';
import { endsWith } from './kind/ends-with.ts';
import { equals } from './kind/equals.ts';
import { every } from './kind/every.ts';
import { exists } from './kind/exists.ts';
import { gt } from './kind/gt.ts';
import { gte } from './kind/gte.ts';
import { hasKey } from './kind/has-key.ts';
import { includes } from './kind/includes.ts';
import { includesAll } from './kind/includes-all.ts';
import { json } from './kind/json.ts';
import { length } from './kind/length.ts';
import { lineCount } from './kind/line-count.ts';
import { lines } from './kind/lines.ts';
import { lt } from './kind/lt.ts';
import { lte } from './kind/lte.ts';
import { matches } from './kind/matches.ts';
import { not } from './kind/not.ts';
import { oneOf } from './kind/one-of.ts';
import { schema } from './kind/schema.ts';
import { sha256 } from './kind/sha256.ts';
import { snapshot } from './kind/snapshot.ts';
import { some } from './kind/some.ts';
import { startsWith } from './kind/starts-with.ts';
import { type } from './kind/type.ts';
import { unordered } from './kind/unordered.ts';
import { yaml } from './kind/yaml.ts';
import type { Matcher } from './matcher.ts';

/** Every matcher of the language (R21), in the order of the documentation. A new one is its file and its line here. */
export const matchers: readonly Matcher[] = [
  equals,
  oneOf,
  gt,
  gte,
  lt,
  lte,
  between,
  type,
  exists,
  empty,
  contains,
  matches,
  startsWith,
  endsWith,
  lines,
  lineCount,
  snapshot,
  length,
  hasKey,
  includes,
  includesAll,
  unordered,
  json,
  yaml,
  schema,
  sha256,
  every,
  some,
  not,
  all,
  any,
];

const byName: ReadonlyMap<string, Matcher> = new Map(matchers.map((matcher) => [matcher.name, matcher]));

export function findMatcher(name: string): Matcher | undefined {
  return byName.get(name);
}

export function matcherNames(): readonly string[] {
  return [...byName.keys()];
}
