import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';

/**
 * The form of a value, written once: checks what is read back, and is the JSON Schema that others check with.
 * It is bound to its TypeScript type both ways, so that neither can gain or lose a field alone.
 */
export interface Shape<T> {
  readonly schema: JsonObject;
  /** What `schema` refers to by `#/definitions/<name>`. */
  readonly definitions: JsonObject;
  /** The first thing that is wrong, e.g. `host.user: expected a string`; undefined if the value fits. */
  readonly findFault: (value: Json, path: string) => string | undefined;
  /** Never set; makes `Shape<T>` fit exactly `T`. */
  readonly of?: (value: T) => T;
}

/** A shape for a key that may be absent. */
interface OptionalShape<T> {
  readonly optional: Shape<T>;
}

type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? OptionalShape<Exclude<T[K], undefined>>
    : Shape<T[K]>;
};

/** A shape whose type no longer matters. */
type AnyShape = Omit<Shape<never>, 'of'>;
type AnyField = AnyShape | { readonly optional: AnyShape };

const fault = (path: string, expected: string): string =>
  `${path === '' ? 'value' : path}: expected ${expected}`;

function primitive<T>(schema: JsonObject, expected: string, fits: (value: Json) => boolean): Shape<T> {
  return {
    schema,
    definitions: {},
    findFault: (value, path) => (fits(value) ? undefined : fault(path, expected)),
  };
}

export const text: Shape<string> = primitive({ type: 'string' }, 'a string', (v) => typeof v === 'string');
export const number: Shape<number> = primitive({ type: 'number' }, 'a number', (v) => typeof v === 'number');
export const boolean: Shape<boolean> = primitive(
  { type: 'boolean' },
  'true or false',
  (v) => typeof v === 'boolean',
);
export const count: Shape<number> = primitive(
  { type: 'integer', minimum: 0 },
  'a whole number, 0 or more',
  (v) => Number.isInteger(v) && Number(v) >= 0,
);
/** Anything JSON can hold. */
export const json: Shape<Json> = primitive({}, 'JSON', () => true);

export function oneOf<const T extends string | number>(...values: readonly T[]): Shape<T> {
  const allowed: readonly Json[] = values;
  const schema = values.length === 1 ? { const: values[0] ?? null } : { enum: allowed };
  return primitive(schema, values.map((value) => JSON.stringify(value)).join(' or '), (v) =>
    allowed.includes(v),
  );
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: item.schema },
    definitions: item.definitions,
    findFault: (value, path) => {
      if (!Array.isArray(value)) return fault(path, 'a list');
      const values: readonly Json[] = value;
      return firstOf(values.entries(), ([index, entry]) => item.findFault(entry, `${path}[${index}]`));
    },
  };
}

/** Any keys, all values alike. */
export function record<T>(value: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    schema: { type: 'object', additionalProperties: value.schema },
    definitions: value.definitions,
    findFault: (candidate, path) =>
      isJsonObject(candidate)
        ? firstOf(Object.entries(candidate), ([key, entry]) => value.findFault(entry, join(path, key)))
        : fault(path, 'an object'),
  };
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { optional: shape };
}

/** Exactly these keys. */
export function object<T>(fields: Fields<T>, description?: string): Shape<T>;
export function object(fields: Readonly<Record<string, AnyField>>, description?: string): AnyShape {
  const entries = Object.entries(fields).map(([key, field]) =>
    'optional' in field
      ? { key, shape: field.optional, required: false }
      : { key, shape: field, required: true },
  );
  const known = new Set(entries.map((entry) => entry.key));
  return {
    schema: {
      type: 'object',
      ...(description === undefined ? {} : { description }),
      properties: Object.fromEntries(entries.map(({ key, shape }) => [key, shape.schema])),
      required: entries.filter((entry) => entry.required).map((entry) => entry.key),
      additionalProperties: false,
    },
    definitions: Object.assign({}, ...entries.map((entry) => entry.shape.definitions)),
    findFault: (value, path) => {
      if (!isJsonObject(value)) return fault(path, 'an object');
      const unknown = Object.keys(value).find((key) => !known.has(key));
      if (unknown !== undefined) return `${join(path, unknown)}: unknown key`;
      return firstOf(entries, ({ key, shape, required }) => {
        const entry = Object.hasOwn(value, key) ? value[key] : undefined;
        if (entry === undefined) return required ? `${join(path, key)}: missing` : undefined;
        return shape.findFault(entry, join(path, key));
      });
    },
  };
}

/** The same shape, given a name in the schema instead of being repeated there. */
export function named<T>(name: string, shape: Shape<T>): Shape<T> {
  return {
    schema: { $ref: `#/definitions/${name}` },
    definitions: { ...shape.definitions, [name]: shape.schema },
    findFault: shape.findFault,
  };
}

/** Objects told apart by their `kind`. */
export function byKind<T extends { readonly kind: string }>(
  shapes: {
    readonly [K in T['kind']]: Shape<Extract<T, { readonly kind: K }>>;
  },
): Shape<T>;
export function byKind(shapes: Readonly<Record<string, AnyShape>>): AnyShape {
  const kinds = new Map(Object.entries(shapes));
  return {
    schema: { oneOf: [...kinds.values()].map((shape) => shape.schema) },
    definitions: Object.assign({}, ...[...kinds.values()].map((shape) => shape.definitions)),
    findFault: (value, path) => {
      if (!isJsonObject(value)) return fault(path, 'an object');
      const { kind } = value;
      const shape = typeof kind === 'string' ? kinds.get(kind) : undefined;
      if (shape === undefined) return `${join(path, 'kind')}: unknown kind ${JSON.stringify(kind ?? null)}`;
      return shape.findFault(value, path);
    },
  };
}

/** A whole JSON Schema (draft 7, which editors and ajv know without being told). */
export function renderSchema<T>(shape: Shape<T>, title: string, description: string): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    description,
    ...shape.schema,
    definitions: shape.definitions,
  };
}

export function fits<T>(shape: Shape<T>, value: Json): value is Json & T {
  return shape.findFault(value, '') === undefined;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function firstOf<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
