import type { ErrorCode } from '../../core/error-catalogue.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { parseDurationMs, parseSizeBytes } from '../../core/units.ts';
import { below, pointerSegments } from '../load/json-pointer.ts';
import type { Problems } from './problems.ts';

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/**
 * A value of the document and its place: what the parsers of this folder read from. A read that does not fit adds a
 * problem at the place and returns undefined, so that planning goes on and finds the rest. The schema has already
 * seen the document as written; what is caught here is what interpolation made of it.
 */
export class DocumentNode {
  readonly value: Json | undefined;
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly #problems: Problems;

  constructor(value: Json | undefined, pointer: string, problems: Problems) {
    this.value = value;
    this.pointer = pointer;
    this.#problems = problems;
  }

  /** An empty value (`networks: { front: }`) is as good as none, as in Compose. */
  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** The last part of the pointer: the key, or the index. */
  get key(): string {
    return pointerSegments(this.pointer).at(-1) ?? '';
  }

  child(key: string): DocumentNode {
    const value = isJsonObject(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    return this.#at(value, key);
  }

  has(key: string): boolean {
    return isJsonObject(this.value) && Object.hasOwn(this.value, key);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  get isMap(): boolean {
    return isJsonObject(this.value);
  }

  /** Keys with their values, without `x-` extensions (language.md R6). */
  entries(): readonly (readonly [string, DocumentNode])[] {
    if (!this.present) return [];
    if (!isJsonObject(this.value)) {
      this.#wrongType('a mapping');
      return [];
    }
    const keys = Object.keys(this.value).filter((key) => !key.startsWith('x-'));
    return keys.map((key) => [key, this.child(key)]);
  }

  items(): readonly DocumentNode[] {
    if (!this.present) return [];
    if (Array.isArray(this.value))
      return this.value.map((item: Json, index) => this.#at(item, String(index)));
    this.#wrongType('a list');
    return [];
  }

  /** The items of a list, or the value itself as the only one. */
  itemsOrSelf(): readonly DocumentNode[] {
    return this.isList ? this.items() : this.present ? [this] : [];
  }

  text(): string | undefined {
    if (!this.present) return undefined;
    return typeof this.value === 'string' ? this.value : this.#wrongType('a text');
  }

  /** A text, or a number or boolean written as one: `user: 1000`, `environment: { DEBUG: true }`. */
  scalarText(): string | undefined {
    if (!this.present) return undefined;
    if (typeof this.value === 'string') return this.value;
    if (typeof this.value === 'number' || typeof this.value === 'boolean') return String(this.value);
    return this.#wrongType('a text or a number');
  }

  texts(): readonly string[] {
    return this.items().flatMap((item) => item.scalarText() ?? []);
  }

  boolean(): boolean | undefined {
    if (!this.present) return undefined;
    return typeof this.value === 'boolean' ? this.value : this.#wrongType('true or false');
  }

  number(bounds: Bounds = {}): number | undefined {
    if (!this.present) return undefined;
    const number = numberOf(this.value);
    return number === undefined ? this.#wrongType('a number') : this.#bounded(number, bounds);
  }

  integer(bounds: Bounds = {}): number | undefined {
    if (!this.present) return undefined;
    const number = numberOf(this.value);
    if (number === undefined || !Number.isSafeInteger(number)) return this.#wrongType('a whole number');
    return this.#bounded(number, bounds);
  }

  durationMs(): number | undefined {
    if (!this.present) return undefined;
    const durationMs = parseDurationMs(String(this.value));
    if (durationMs !== undefined) return durationMs;
    this.fail(
      'SCENARIO_WRONG_UNIT',
      `${this.#shown()} is no duration`,
      'write for example 500ms, 10s or 1m30s',
    );
    return undefined;
  }

  sizeBytes(bounds: Bounds = {}): number | undefined {
    if (!this.present) return undefined;
    const bytes = parseSizeBytes(String(this.value));
    if (bytes !== undefined) return this.#bounded(bytes, bounds);
    this.fail('SCENARIO_WRONG_UNIT', `${this.#shown()} is no size`, 'write for example 512k, 64m or 1g');
    return undefined;
  }

  oneOf<T extends string>(allowed: readonly T[]): T | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const found = allowed.find((candidate) => candidate === text);
    if (found === undefined)
      this.fail('SCENARIO_WRONG_VALUE', `${this.#shown()} is not one of ${allowed.join(', ')}`);
    return found;
  }

  fail(code: ErrorCode, message: string, hint?: string): void {
    this.#problems.add(code, this.pointer, message, hint);
  }

  warn(code: ErrorCode, message: string, hint?: string): void {
    this.#problems.warn(code, this.pointer, message, hint);
  }

  #at(value: Json | undefined, token: string): DocumentNode {
    return new DocumentNode(value, below(this.pointer, token), this.#problems);
  }

  #bounded(number: number, { min, max }: Bounds): number | undefined {
    const low = min !== undefined && number < min;
    const high = max !== undefined && number > max;
    if (!low && !high) return number;
    this.fail('SCENARIO_WRONG_VALUE', `${this.#shown()} is ${low ? `less than ${min}` : `more than ${max}`}`);
    return undefined;
  }

  #wrongType(wanted: string): undefined {
    this.fail('SCENARIO_WRONG_TYPE', `${this.#shown()} must be ${wanted}`);
    return undefined;
  }

  #shown(): string {
    const name = /^\d+$/.test(this.key) ? '' : `\`${this.key}\` `;
    if (this.isList) return `${name}(a list)`;
    if (this.isMap) return `${name}(a mapping)`;
    return `${name}\`${String(this.value)}\``;
  }
}

function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^[+-]?\d+(?:\.\d+)?$/.test(value)) return Number(value);
  return undefined;
}
