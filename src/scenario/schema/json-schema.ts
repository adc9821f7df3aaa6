import type { Json, JsonObject } from '../../core/json.ts';

/**
 * The few forms out of which the schema is made. They are chosen so that a value is judged by exactly one branch:
 * unions go by type or by the one key that tells them apart, never by trying all (`anyOf`), because whoever made one
 * mistake wants one message. Keywords beginning with `x-` are annotations for load/schema-errors.
 */
export type JsonSchema = JsonObject;

type JsonType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** A documented key: what editors show on hover and the reference is generated from. */
export function key(title: string, description: string, example: Json, schema: JsonSchema): JsonSchema {
  const docs = { title, description, examples: [example] };
  return '$ref' in schema ? { ...docs, allOf: [schema] } : { ...schema, ...docs };
}

/** Draft-07 ignores siblings of `$ref`, so a reference always stands alone. */
export function ref(definition: string): JsonSchema {
  return { $ref: `#/definitions/${definition}` };
}

export interface ObjectOptions {
  /** For messages: `a step`. */
  readonly what: string;
  readonly required?: readonly string[];
  /** How it is said when nothing is in it; without it, empty is allowed. */
  readonly empty?: 'asserts-nothing' | 'wrong-value';
  /** What to write instead of an empty one. */
  readonly remedy?: string;
}

/** A mapping with known keys, and Compose's `x-` keys. */
export function object(properties: Readonly<Record<string, JsonSchema>>, options: ObjectOptions): JsonSchema {
  return {
    type: 'object',
    'x-what': options.what,
    properties,
    patternProperties: { '^x-': {} },
    additionalProperties: false,
    ...(options.required === undefined ? {} : { required: options.required }),
    ...(options.empty === undefined ? {} : { minProperties: 1, 'x-empty': options.empty }),
    ...(options.remedy === undefined ? {} : { 'x-remedy': options.remedy }),
  };
}

/** A mapping from names the user chooses. */
export function named(
  what: string,
  schema: JsonSchema,
  namePattern = '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$',
): JsonSchema {
  return {
    type: 'object',
    'x-what': what,
    propertyNames: { pattern: namePattern },
    additionalProperties: schema,
  };
}

/** Names that stand in expressions and environments. */
export const wordPattern = '^[A-Za-z_][A-Za-z0-9_-]{0,127}$';

export function list(what: string, items: JsonSchema, empty?: 'asserts-nothing' | 'wrong-value'): JsonSchema {
  return {
    type: 'array',
    'x-what': what,
    items,
    ...(empty === undefined ? {} : { minItems: 1, 'x-empty': empty }),
  };
}

/** A union by type. Keywords of JSON Schema speak about one type each, so plain branches simply lie beside each other. */
export function byType(
  expects: string,
  branches: Readonly<Partial<Record<JsonType, JsonSchema>>>,
): JsonSchema {
  const conditional: JsonSchema[] = [];
  let merged: JsonSchema = {};
  for (const [type, branch] of Object.entries(branches)) {
    // `enum` speaks about every type; what holds of one type only needs a condition.
    if (['$ref', 'allOf', 'oneOf', 'enum'].some((keyword) => keyword in branch))
      conditional.push(when({ type }, branch));
    else merged = { ...merged, ...branch };
  }
  return {
    ...merged,
    type: Object.keys(branches),
    'x-expects': expects,
    ...(conditional.length === 0 ? {} : { allOf: conditional }),
  };
}

/** What holds of values for which `condition` does. */
export function when(condition: JsonSchema, consequence: JsonSchema): JsonSchema {
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
  return { if: condition, then: consequence };
}

/** Exactly one of these keys: the one that tells the branches of a union apart. */
export function exactlyOne(keys: readonly string[]): JsonSchema {
  return { oneOf: keys.map((name) => ({ required: [name] })) };
}

/** A whole value that is one expression; it keeps its type (R7), so it may stand where a number or a boolean does. */
export const expressionPattern = '^\\$\\{\\{[\\s\\S]*\\}\\}$';
