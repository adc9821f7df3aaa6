import type { ErrorCode } from '../../core/error-catalogue.ts';
import { type ErrorDetails, MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import type { Scenario } from '../../core/scenario.ts';
import { ExpressionError } from '../expression/expression-error.ts';
import { isAtOrBelow } from '../load/json-pointer.ts';

/** Collects what is wrong with a scenario, so that all of it can be shown in one go (language.md R2). */
export class Problems {
  readonly #scenario: Scenario;
  readonly #errors = new Map<string, MayflyError>();
  readonly #warnings = new Map<string, MayflyError>();
  readonly #pointers = new Set<string>();
  /** Places whose expression failed: what is read there afterwards is only a consequence. */
  readonly #unresolved = new Set<string>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** At the place itself or inside of it. */
  hasErrorWithin(pointer: string): boolean {
    return [...this.#pointers].some((place) => isAtOrBelow(place, pointer));
  }

  get warnings(): readonly MayflyError[] {
    return [...this.#warnings.values()];
  }

  add(code: ErrorCode, pointer: string, message: string, hint?: string): void {
    if (this.#unresolved.has(pointer)) return;
    this.#pointers.add(pointer);
    const error = this.#placed(code, pointer, message, hint === undefined ? {} : { hint });
    this.#errors.set(identityOf(error), error);
  }

  warn(code: ErrorCode, pointer: string, message: string, hint?: string): void {
    const warning = this.#placed(code, pointer, message, hint === undefined ? {} : { hint });
    this.#warnings.set(identityOf(warning), warning);
  }

  /** An error of the expression language, which knows its place in the text only. */
  addExpression(error: MayflyError, pointer: string): void {
    this.#unresolved.add(pointer);
    this.#pointers.add(pointer);
    const details = { hint: error.hint, cause: error };
    const placed = this.#placed(error.code, pointer, error.message, details, wordOf(error));
    this.#errors.set(identityOf(placed), placed);
  }

  /** @throws MayflyErrors if anything was added. */
  throwIfAny(): void {
    if (this.#errors.size > 0) throw new MayflyErrors(this.errors);
  }

  /** In the order of the file. */
  get errors(): readonly MayflyError[] {
    return [...this.#errors.values()].sort((one, other) => positionOf(one) - positionOf(other));
  }

  #placed(code: ErrorCode, pointer: string, message: string, details: ErrorDetails, word = ''): MayflyError {
    const place = this.#scenario.locate(pointer);
    const sourceLine = this.#scenario.sourceLine(place.line, place.file);
    const found = word === '' ? -1 : sourceLine.indexOf(word, place.column - 1);
    const at = found < 0 ? place : { ...place, column: found + 1 };
    const length = found < 0 ? lengthOfWord(sourceLine, at.column) : word.length;
    return new MayflyError(code, message, { ...details, at, sourceLine, length });
  }
}

/** The combinations of a matrix repeat each other's mistakes: the same one at the same place counts once. */
function identityOf(error: MayflyError): string {
  return `${error.code} ${error.at?.line}:${error.at?.column} ${error.message}`;
}

/** No line is longer than this; `sort` keeps the order of equals. */
function positionOf(error: MayflyError): number {
  return (error.at?.line ?? 0) * 2 ** 21 + (error.at?.column ?? 0);
}

/** The part of the text that is wrong, where it can be shown on one line. */
function wordOf(error: MayflyError): string {
  if (!(error instanceof ExpressionError)) return '';
  const word = error.text.slice(error.offset, error.offset + error.length);
  return word.includes('\n') ? '' : word;
}

/** The word at a place: a key up to its colon, or a plain or quoted scalar. */
function lengthOfWord(sourceLine: string, column: number): number {
  const rest = sourceLine.slice(column - 1);
  const word = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,:\]}]+(?::[^\s,\]}]+)*)/.exec(rest);
  return word?.[0].length ?? 1;
}
