import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { MayflyError } from '../core/mayfly-error.ts';

/** Hostile JSON of a known kind, field by field: every getter names what it stumbles over. */
export class JsonReader {
  readonly #object: JsonObject;
  readonly #what: string;

  constructor(object: JsonObject, what: string) {
    this.#object = object;
    this.#what = what;
  }

  static parse(bytes: Uint8Array, what: string): JsonReader {
    const value = parseJson(bytes, what);
    if (!isJsonObject(value)) throw new MayflyError('IMAGE_INVALID', `${what} is no JSON object`);
    return new JsonReader(value, what);
  }

  text(key: string): string | undefined {
    const value = this.#get(key);
    if (value === undefined || typeof value === 'string') return value;
    throw this.#wrong(key, 'a text');
  }

  number(key: string): number | undefined {
    const value = this.#get(key);
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
    throw this.#wrong(key, 'a number');
  }

  flag(key: string): boolean | undefined {
    const value = this.#get(key);
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.#wrong(key, 'true or false');
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.#get(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
    throw this.#wrong(key, 'a list of texts');
  }

  object(key: string): JsonReader | undefined {
    const value = this.#get(key);
    if (value === undefined) return undefined;
    if (isJsonObject(value)) return new JsonReader(value, `${this.#what}: ${key}`);
    throw this.#wrong(key, 'an object');
  }

  objects(key: string): readonly JsonReader[] {
    const value = this.#get(key);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#wrong(key, 'a list');
    return value.map((item: Json, at) => {
      if (isJsonObject(item)) return new JsonReader(item, `${this.#what}: ${key}[${at}]`);
      throw this.#wrong(`${key}[${at}]`, 'an object');
    });
  }

  /** Of an object whose values are texts. */
  textMap(key: string): Readonly<Record<string, string>> {
    const inner = this.object(key);
    if (inner === undefined) return {};
    return Object.fromEntries(inner.keys().map((name) => [name, inner.text(name) ?? '']));
  }

  keys(): readonly string[] {
    return Object.keys(this.#object);
  }

  /** `null` is how Go writes what is not there. */
  #get(key: string): Exclude<Json, null> | undefined {
    const value = Object.hasOwn(this.#object, key) ? this.#object[key] : undefined;
    return value === null ? undefined : value;
  }

  #wrong(key: string, wanted: string): MayflyError {
    return new MayflyError('IMAGE_INVALID', `${this.#what}: ${key} is not ${wanted}`);
  }
}

export function parseJson(bytes: Uint8Array, what: string): Json {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // Without its cause, whose message quotes what was read: that may be a login.
    throw new MayflyError('IMAGE_INVALID', `${what} is no JSON`);
  }
}
