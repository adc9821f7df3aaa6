import type { ErrorCode } from '../../core/error-catalogue.ts';
import type { Json } from '../../core/json.ts';
import type { Fact, MatchResult } from '../../core/matcher.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';

/** What a matcher needs to know about the fact it will judge. */
export interface MatcherContext {
  /** What the fact is called: `stdout`, `status`. Names it in errors; mismatches are sentences without their subject. */
  readonly subject: string;
  /** What a number of the fact counts; operands are then written `2s`, `64m`. */
  readonly unit?: 'ms' | 'bytes';
  /**
   * A value of a document (JSON, YAML), where the text "1" and the number 1 differ. Otherwise it is text as a process wrote
   * it, which equals the number it spells.
   */
  readonly strict?: boolean;
  /** The fact is the list of what a JSONPath with wildcards selected; see `Matcher.judges`. */
  readonly nodes?: boolean;
  /** Where snapshots are kept; only steps have them. */
  readonly snapshots?: Snapshots;
}

/** A matcher ready to judge facts; pure, and reusable (`eventually`). */
export interface CompiledMatcher {
  (fact: Fact): MatchResult;
  /** What it wants, for a person: `text that contains "ready"`. */
  readonly description: string;
}

/** Something wrong with a matcher as written. The loader turns it into a MayflyError with a place. */
export interface MatcherProblem {
  readonly code: ErrorCode;
  /** JSON pointer below the matcher: `/json/path`; empty for the whole. */
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

/** One word of the language: an entry of the table in matchers.ts. */
export interface Matcher {
  readonly name: string;
  /** How an operand looks, for messages: `contains: ready`. */
  readonly example: string;
  /**
   * How it sees what a JSONPath with wildcards selected: `list`, as the list; `nodes`, untouched, since it hands it on;
   * else a single node as itself, none as undefined, several as a list.
   */
  readonly judges?: (operand: Json) => 'value' | 'list' | 'nodes';
  /** What is wrong with the operand; it is neither null nor a template. */
  readonly validate: (operand: Json, validator: OperandValidator) => Problems;
  /** `operand` has passed `validate`. */
  readonly compile: (operand: Json, compiler: OperandCompiler) => CompiledMatcher | Promise<CompiledMatcher>;
}

export type Problems = readonly MatcherProblem[] | Promise<readonly MatcherProblem[]>;

export interface OperandValidator {
  /** An operand with `${{ }}` that is not resolved yet, so nothing can be said about it. */
  readonly isTemplate: (value: Json | undefined) => boolean;
  /** `unknown`: any unit may turn out right. */
  readonly unit: 'ms' | 'bytes' | 'none' | 'unknown';
  /** A matcher inside this one; `pointer` is relative to the operand. */
  readonly validateNested: (matcher: Json, pointer: string) => Promise<readonly MatcherProblem[]>;
}

export interface OperandCompiler {
  readonly context: MatcherContext;
  readonly compileNested: (matcher: Json, context: MatcherContext) => Promise<CompiledMatcher>;
}
