import type { Fact, MatchResult, Mismatch } from '../../core/matcher.ts';
import type { CompiledMatcher } from './matcher.ts';
import { showFact } from './show-fact.ts';

/** More differences than this are counted, not listed. */
export const maxMismatches = 10;

export const matched: MatchResult = { matched: true };

/** One difference of the fact as a whole. `message` is a sentence without its subject. */
export function mismatch(
  fact: Fact,
  message: string,
  expected: string,
  diff: readonly string[] = [],
): MatchResult {
  const found: Mismatch = { path: '', message, expected, actual: showFact(fact) };
  return { matched: false, mismatches: [diff.length === 0 ? found : { ...found, diff }] };
}

export function verdict(holds: boolean, otherwise: () => MatchResult): MatchResult {
  return holds ? matched : otherwise();
}

export function failWith(mismatches: readonly Mismatch[]): MatchResult {
  if (mismatches.length <= maxMismatches) return { matched: false, mismatches };
  const more = mismatches.length - maxMismatches;
  const counted: Mismatch = {
    path: '',
    message: `differs in ${more} more place${more === 1 ? '' : 's'} (maxMismatches is ${maxMismatches})`,
    expected: '',
    actual: '',
  };
  return { matched: false, mismatches: [...mismatches.slice(0, maxMismatches), counted] };
}

/** A result about a part of a fact, said of the whole. */
export function below(path: string, result: MatchResult): MatchResult {
  if (result.matched) return result;
  return {
    matched: false,
    mismatches: result.mismatches.map((found) => ({ ...found, path: path + found.path })),
  };
}

/** All of them must hold; the mismatches of all are collected. */
export function allOf(results: readonly MatchResult[]): MatchResult {
  const mismatches = results.flatMap((result) => (result.matched ? [] : result.mismatches));
  return mismatches.length === 0 ? matched : failWith(mismatches);
}

export function describe(description: string, match: (fact: Fact) => MatchResult): CompiledMatcher {
  return Object.assign((fact: Fact) => match(fact), { description });
}
