import { isJsonObject, type Json } from '../../core/json.ts';
import type { Fact } from '../../core/matcher.ts';
import { MayflyErrors } from '../../core/mayfly-error.ts';
import { compareValue } from './compare-value.ts';
import { allOf, describe } from './match-result.ts';
import type { CompiledMatcher, MatcherContext } from './matcher.ts';
import { findMatcher } from './matchers.ts';
import { toMayflyError } from './operand-problem.ts';
import { showFact } from './show-fact.ts';
import { validateMatcher } from './validate-matcher.ts';

/**
 * A matcher as written in YAML (R21), its expressions resolved, made ready to judge facts. A bare scalar means equals, a list
 * all of it, a mapping each of its matchers. Throws MayflyError, or MayflyErrors when several things are wrong.
 */
export async function compileMatcher(json: Json, context: MatcherContext): Promise<CompiledMatcher> {
  const problems = await validateMatcher(json, { unit: context.unit ?? 'none', templates: false });
  const [first] = problems;
  if (first === undefined) return compile(json, context);
  const errors = problems.map((problem) => toMayflyError(problem, context));
  throw errors.length === 1 ? toMayflyError(first, context) : new MayflyErrors(errors);
}

async function compile(json: Json, context: MatcherContext): Promise<CompiledMatcher> {
  if (Array.isArray(json))
    return conjunction(await Promise.all(json.map((entry: Json) => compile(entry, context))));
  if (!isJsonObject(json)) return compileBare(json, context);
  const entries = Object.entries(json).map(([name, operand]) => compileEntry(name, operand, context));
  return conjunction(await Promise.all(entries));
}

async function compileEntry(name: string, operand: Json, context: MatcherContext): Promise<CompiledMatcher> {
  const matcher = findMatcher(name);
  if (matcher === undefined) throw new Error(`validateMatcher let \`${name}\` pass`);
  const judges = matcher.judges?.(operand) ?? 'value';
  const { nodes, ...plain } = context;
  if (nodes !== true) return matcher.compile(operand, { context: plain, compileNested: compile });
  if (judges === 'nodes') return matcher.compile(operand, { context, compileNested: compile });
  const judge = await matcher.compile(operand, { context: plain, compileNested: compile });
  return judges === 'list' ? judge : describe(judge.description, (fact) => judge(singleNode(fact)));
}

function compileBare(value: Json, context: MatcherContext): CompiledMatcher {
  const { nodes, ...plain } = context;
  return describe(showFact(value), (fact) =>
    compareValue(value, nodes === true ? singleNode(fact) : fact, plain, 'usual'),
  );
}

/** What a JSONPath with wildcards selected, for a matcher of one value. */
function singleNode(fact: Fact): Fact {
  if (!Array.isArray(fact)) return fact;
  return fact.length > 1 ? fact : fact[0];
}

function conjunction(judges: readonly CompiledMatcher[]): CompiledMatcher {
  const [only] = judges;
  if (judges.length === 1 && only !== undefined) return only;
  const description = judges.map((judge) => judge.description).join(' and ');
  return describe(description, (fact) => allOf(judges.map((judge) => judge(fact))));
}
