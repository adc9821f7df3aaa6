import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Fact, Mismatch } from '../../core/matcher.ts';
import { compileMatcher } from '../matcher/compile-matcher.ts';
import type { CompiledMatcher, MatcherContext } from '../matcher/matcher.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';

/** A mismatch, and of which fact. */
export interface Finding extends Mismatch {
  readonly subject: string;
}

/** A matcher of one fact, ready to judge. */
export interface Expectation {
  readonly subject: string;
  /** Where the fact is: a name, and below it another for facts that are mappings by name. */
  readonly path: readonly string[];
  readonly matches: CompiledMatcher;
}

export interface FactShape {
  readonly factUnits: Readonly<Record<string, 'ms' | 'bytes'>>;
  /** Facts that map names, in lower case, to facts: `headers`. */
  readonly factsByName: readonly string[];
}

export type Facts = Readonly<Record<string, Fact>>;

/** The matchers of an `expect`, compiled once for any number of looks. */
export async function compileExpectations(
  expect: JsonObject,
  shape: FactShape,
  snapshots?: Snapshots,
): Promise<readonly Expectation[]> {
  const kept = snapshots === undefined ? {} : { snapshots };
  const compiled: Promise<Expectation>[] = [];
  for (const [name, matcher] of Object.entries(expect)) {
    if (shape.factsByName.includes(name) && isJsonObject(matcher)) {
      for (const [key, inner] of Object.entries(matcher))
        compiled.push(compileOne([name, key.toLowerCase()], inner, kept));
    } else {
      const unit = shape.factUnits[name];
      compiled.push(compileOne([name], matcher, { ...(unit === undefined ? {} : { unit }), ...kept }));
    }
  }
  return Promise.all(compiled);
}

async function compileOne(
  path: readonly string[],
  matcher: Json,
  context: Pick<MatcherContext, 'unit' | 'snapshots'>,
): Promise<Expectation> {
  const subject = path.join('.');
  return {
    subject,
    path,
    matches: await compileMatcher(matcher, { subject, ...context }),
  };
}

/** Every way in which the facts are not as expected; none means that all holds. */
export function judge(expectations: readonly Expectation[], facts: Facts): readonly Finding[] {
  return expectations.flatMap(({ subject, path, matches }) => {
    const result = matches(factAt(facts, path));
    return result.matched
      ? []
      : result.mismatches.map((mismatch) => ({ ...mismatch, subject: `${subject}${mismatch.path}` }));
  });
}

function factAt(facts: Facts, [name = '', key]: readonly string[]): Fact {
  const fact = facts[name];
  if (key === undefined || fact === undefined || fact instanceof Uint8Array) return fact;
  return isJsonObject(fact) ? fact[key] : undefined;
}
