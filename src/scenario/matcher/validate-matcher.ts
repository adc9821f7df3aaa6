import { didYouMean } from '../../core/did-you-mean.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { shorten } from '../mask/shorten.ts';
import type { MatcherProblem, OperandValidator } from './matcher.ts';
import { findMatcher, matcherNames } from './matchers.ts';
import { assertsNothing, invalid, pointerStep } from './operand-problem.ts';
import { showFact } from './show-fact.ts';

export interface ValidateMatcherOptions {
  /** If it is known what the fact counts; otherwise any unit is accepted here and checked when the matcher is compiled. */
  readonly unit?: 'ms' | 'bytes' | 'none';
  /** `${{ }}` may still stand in operands, which are then not looked at. Default: true. */
  readonly templates?: boolean;
}

/** Nesting beyond this is no matcher a person wrote. */
const maxMatcherDepth = 32;

/**
 * What is wrong with a matcher as written, without running it; empty if nothing is. Never throws. Asynchronous because the
 * libraries for patterns, paths and schemas load when one is met.
 */
export async function validateMatcher(
  json: Json,
  options: ValidateMatcherOptions = {},
): Promise<readonly MatcherProblem[]> {
  return validate(json, '', options, 0);
}

async function validate(
  json: Json,
  pointer: string,
  options: ValidateMatcherOptions,
  depth: number,
): Promise<readonly MatcherProblem[]> {
  if (depth > maxMatcherDepth) {
    const message = `matchers are nested deeper than maxMatcherDepth (${maxMatcherDepth})`;
    return [{ code: 'SCENARIO_LIMIT', pointer, message }];
  }
  if (json === null) return [nothing(pointer, 'the matcher is empty')];
  if (Array.isArray(json)) return validateList(json, pointer, options, depth);
  if (!isJsonObject(json)) return [];
  const names = Object.keys(json);
  if (names.length === 0)
    return [assertsNothing(pointer, 'a matcher without any condition holds for everything')];
  const found = await Promise.all(
    names.map((name) => validateEntry(name, json[name] ?? null, pointer + pointerStep(name), options, depth)),
  );
  return found.flat();
}

/** A list means all of it, so each entry is a condition; a value would have to equal the fact as well as all the others. */
async function validateList(
  list: readonly Json[],
  pointer: string,
  options: ValidateMatcherOptions,
  depth: number,
): Promise<readonly MatcherProblem[]> {
  if (list.length === 0) return [assertsNothing(pointer, 'an empty list of matchers holds for everything')];
  const found = await Promise.all(
    list.map((entry, index) => {
      const here = pointer + pointerStep(index);
      if (isJsonObject(entry) || Array.isArray(entry)) return validate(entry, here, options, depth + 1);
      if (entry === null) return [nothing(here, 'an entry of a list of matchers is empty')];
      if (isTemplate(entry) && options.templates !== false) return [];
      const message = `${shorten(showFact(entry))} is a value; a list holds matchers, all of which must hold`;
      const hint =
        typeof entry === 'string'
          ? `write { contains: ${entry} }, or { equals: ${entry} }`
          : `write { equals: ${shorten(showFact(entry))} }`;
      return [invalid(here, message, hint)];
    }),
  );
  return found.flat();
}

async function validateEntry(
  name: string,
  operand: Json,
  pointer: string,
  options: ValidateMatcherOptions,
  depth: number,
): Promise<readonly MatcherProblem[]> {
  const matcher = findMatcher(name);
  if (matcher === undefined) return [unknownMatcher(name, pointer)];
  // `equals: null` compares with null; everywhere else null is what YAML makes of a forgotten operand.
  if (operand === null && name !== 'equals' && name !== 'includes') {
    return [assertsNothing(pointer, `\`${name}\` has no operand`, `write for example ${matcher.example}`)];
  }
  const isUnresolved = (value: Json | undefined) => options.templates !== false && isTemplate(value);
  if (isUnresolved(operand)) return [];
  const validator: OperandValidator = {
    isTemplate: isUnresolved,
    unit: options.unit ?? 'unknown',
    validateNested: (nested, below) => validate(nested, below, options, depth + 1),
  };
  const problems = await matcher.validate(operand, validator);
  return problems.map((problem) => ({ ...problem, pointer: pointer + problem.pointer }));
}

function unknownMatcher(name: string, pointer: string): MatcherProblem {
  const meant = synonyms[name] ?? didYouMean(name, matcherNames());
  const hint =
    meant === undefined ? `the matchers are ${matcherNames().join(', ')}` : `did you mean \`${meant}\`?`;
  return invalid(pointer, `unknown matcher \`${name}\``, hint);
}

/** Words of other tools that no spelling leads to. */
const synonyms: Readonly<Record<string, string>> = {
  regex: 'matches',
  regexp: 'matches',
  pattern: 'matches',
  match: 'matches',
  eq: 'equals',
  equal: 'equals',
  is: 'equals',
  in: 'one_of',
  min: 'gte',
  max: 'lte',
  size: 'length',
  count: 'length',
  prefix: 'starts_with',
  suffix: 'ends_with',
  or: 'any',
  and: 'all',
  jsonpath: 'json',
};

function nothing(pointer: string, message: string): MatcherProblem {
  return assertsNothing(pointer, message, 'write a value, or equals: null, empty: true, exists: false');
}

function isTemplate(value: Json | undefined): boolean {
  return typeof value === 'string' && value.includes('${{');
}
