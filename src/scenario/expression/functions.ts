import { isJsonObject, type Json } from '../../core/json.ts';
import { isEqualValue } from './is-equal-value.ts';

export interface ExpressionFunction {
  /** Names of the arguments, for messages; all are required. */
  readonly parameters: readonly string[];
  /** `reject` throws an error that points at the argument of that index. */
  readonly apply: (given: readonly Json[], reject: (index: number, message: string) => never) => Json;
}

type Reject = (index: number, message: string) => never;

/**
 * Every function of the language (R7); a new one is one entry here. `default` stands here for its name and arity only:
 * evaluation handles it, because its first argument may be undefined.
 */
export const functions = {
  default: { parameters: ['value', 'fallback'], apply: ([value, fallback]) => value ?? fallback ?? null },
  contains: {
    parameters: ['where', 'what'],
    apply: ([where, what], reject) => contains(where, what, reject),
  },
  starts_with: {
    parameters: ['text', 'start'],
    apply: (given, reject) => textOf(given, 0, reject).startsWith(textOf(given, 1, reject)),
  },
  ends_with: {
    parameters: ['text', 'end'],
    apply: (given, reject) => textOf(given, 0, reject).endsWith(textOf(given, 1, reject)),
  },
  json: { parameters: ['value'], apply: ([value]) => JSON.stringify(value ?? null) },
  upper: { parameters: ['text'], apply: (given, reject) => textOf(given, 0, reject).toUpperCase() },
  lower: { parameters: ['text'], apply: (given, reject) => textOf(given, 0, reject).toLowerCase() },
} as const satisfies Record<string, ExpressionFunction>;

export type FunctionName = keyof typeof functions;

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}

/** A list's entry, a mapping's key, or a part of a text. */
function contains(where: Json | undefined, what: Json | undefined, reject: Reject): boolean {
  if (Array.isArray(where)) return where.some((entry) => isEqualValue(entry, what ?? null));
  const wanted = textOf([null, what ?? null], 1, reject);
  if (isJsonObject(where)) return Object.hasOwn(where, wanted);
  return textOf([where ?? null], 0, reject).includes(wanted);
}

function textOf(given: readonly Json[], index: number, reject: Reject): string {
  const value = given[index] ?? null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return reject(index, `${nameOfType(value)} stands where text should be`);
}

/** With its article, for a sentence. */
export function nameOfType(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
