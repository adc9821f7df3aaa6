import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { scenarioSchema } from '../../src/scenario/schema/scenario-schema.ts';

/** A mapping of the language with keys of its own: `services.NAME.healthcheck`. */
export interface Place {
  /** As one would point at it in a file; of a part that is used in many places, its name. */
  readonly id: string;
  readonly properties: Readonly<Record<string, JsonObject>>;
  readonly required: readonly string[];
  /** `x-what` of the schema. */
  readonly what: string;
}

/**
 * Definitions that have a section of their own; other ones are told where they are used. Matchers come first, so that what
 * holds nothing but matchers is one of them.
 */
const homes: readonly (readonly [definition: string, id: string])[] = [
  ['matcherObject', 'matcher'],
  ['jsonMatcher', 'json'],
  ['durationMatcher', 'a matcher of durations'],
  ['image', 'images.NAME'],
  ['build', 'images.NAME.build'],
  ['network', 'networks.NAME'],
  ['volume', 'volumes.NAME'],
  ['config', 'configs.NAME'],
  ['service', 'services.NAME'],
  ['ready', 'services.NAME.ready'],
  ['condition', 'a condition'],
  ['step', 'steps[]'],
  ['expectRun', 'expect of run'],
  ['expectHttp', 'expect of http'],
];

const homeOf: ReadonlyMap<string, string> = new Map(homes);

/** Places that have a section of their own. */
export const homePlaces: ReadonlySet<string> = new Set(homeOf.values());

export interface SchemaPlaces {
  readonly places: ReadonlyMap<string, Place>;
  /** The places that the value of a key holds, its own or those of a definition. */
  readonly below: (schema: JsonObject) => readonly string[];
}

/** All mappings with known keys. A part that stands in several places is the first one's. */
export function readSchemaPlaces(): SchemaPlaces {
  const places = new Map<string, Place>();
  const known = new Map<Json, string>();
  const found = new Map<Json, readonly string[]>();

  const visit = (schema: Json | undefined, id: string): readonly string[] => {
    if (!isJsonObject(schema)) return [];
    const reference = definitionName(schema);
    if (reference !== undefined) {
      const home = homeOf.get(reference);
      return home !== undefined && home !== id ? [home] : visit(definition(reference), id);
    }
    const own = isJsonObject(schema.properties) ? [visitMapping(schema, schema.properties, id)] : [];
    return [...own, ...inner(schema, id).flatMap(([part, at]) => visit(part, at))];
  };

  const visitMapping = (schema: JsonObject, properties: JsonObject, id: string): string => {
    const before = known.get(properties);
    if (before !== undefined) return before;
    known.set(properties, id);
    const keys = Object.entries(properties).filter((entry): entry is [string, JsonObject] =>
      isJsonObject(entry[1]),
    );
    const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
    const what = typeof schema['x-what'] === 'string' ? schema['x-what'] : '';
    places.set(id, { id, properties: Object.fromEntries(keys), required, what });
    for (const [key, part] of keys) found.set(part, visit(part, id === '' ? key : `${id}.${key}`));
    return id;
  };

  for (const [name, id] of homes.slice(0, 3)) visit(definition(name), id);
  visit(scenarioSchema, '');
  for (const [name, id] of homes.slice(3)) visit(definition(name), id);
  return { places, below: (schema) => [...new Set(found.get(schema) ?? [])] };
}

/** Parts that a value of this schema has, and where. Conditions (`if`) say nothing new; what holds under them (`then`) does. */
function inner(schema: JsonObject, id: string): readonly (readonly [Json | undefined, string])[] {
  const conditions = ['allOf', 'oneOf'].flatMap((keyword) => {
    const parts = schema[keyword];
    return Array.isArray(parts) ? (parts as readonly Json[]) : [];
  });
  return [
    [schema.items, `${id}[]`],
    [schema.additionalProperties, `${id}.NAME`],
    ...conditions.flatMap((part): (readonly [Json | undefined, string])[] =>
      isJsonObject(part) && !('required' in part) && !isExpectation(part)
        ? [[isJsonObject(part.then) ? part.then : part, id]]
        : [],
    ),
  ];
}

/** Which `expect` a step has is told by its kind. */
function isExpectation(part: JsonObject): boolean {
  return isJsonObject(part.if) && 'required' in part.if;
}

export function definition(name: string): JsonObject {
  const { definitions } = scenarioSchema;
  const found = isJsonObject(definitions) ? definitions[name] : undefined;
  if (!isJsonObject(found)) throw new Error(`the schema has no definition \`${name}\``);
  return found;
}

export function definitionName(schema: JsonObject): string | undefined {
  return typeof schema.$ref === 'string' ? schema.$ref.replace('#/definitions/', '') : undefined;
}
