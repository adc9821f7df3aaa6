import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { JsonSchema } from './json-schema.ts';

/** Below this many characters of JSON a subschema is written where it stands. */
const smallest = 40;

const documentation: ReadonlySet<string> = new Set(['title', 'description', 'examples']);
const holdsNamedSchemas: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions']);
const holdsSchema: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'then']);

/**
 * The schema as the validator is compiled from it: without documentation, and with each larger part written once, as a
 * definition. The validator is then many small functions, of which V8 compiles only those that a scenario needs: a
 * third of the size and a tenth of the time of the first call. Error paths (`schemaPath`) point into this form.
 */
export function shareSubschemas(schema: JsonSchema): JsonSchema {
  const shared = new Map<string, { readonly name: string; readonly schema: JsonSchema }>();

  const share = (part: Json): Json => {
    if (!isJsonObject(part)) return part;
    const inner = within(part);
    const text = JSON.stringify(inner);
    if (text.length < smallest || '$ref' in inner) return inner;
    const known = shared.get(text) ?? { name: `shared${shared.size}`, schema: inner };
    shared.set(text, known);
    return { $ref: `#/definitions/${known.name}` };
  };

  const within = (part: JsonObject): JsonObject => {
    const result: Record<string, Json> = {};
    for (const [keyword, value] of Object.entries(part)) {
      if (documentation.has(keyword)) continue;
      if (holdsNamedSchemas.has(keyword) && isJsonObject(value))
        result[keyword] = mapValues(value, keyword === 'definitions' ? plain : share);
      else if (holdsSchema.has(keyword)) result[keyword] = share(value);
      else if (keyword === 'allOf' && Array.isArray(value)) result[keyword] = value.map(plain);
      else if (keyword === 'oneOf' && Array.isArray(value)) result['x-one-of'] = value.flatMap(oneOfEntry);
      else result[keyword] = value;
    }
    return unwrapped(result);
  };

  const plain = (part: Json): Json => (isJsonObject(part) ? within(part) : part);

  const root = within(schema);
  const definitions = isJsonObject(root.definitions) ? root.definitions : {};
  const own = Object.fromEntries([...shared.values()].map(({ name, schema: part }) => [name, part]));
  return { ...root, definitions: { ...definitions, ...own } };
}

/** A documented reference (`allOf` around one `$ref`) is only the reference once the documentation is gone. */
function unwrapped(part: JsonObject): JsonObject {
  const { allOf, ...rest } = part;
  const only = Array.isArray(allOf) && allOf.length === 1 ? (allOf as readonly Json[])[0] : undefined;
  const isReference = isJsonObject(only) && '$ref' in only && Object.keys(rest).length === 0;
  return isReference ? only : part;
}

/** `exactlyOne` of json-schema.ts, as the keyword that tools/compile-schema.mjs knows. */
function oneOfEntry(branch: Json): readonly JsonObject[] {
  if (!isJsonObject(branch) || !Array.isArray(branch.required)) return [];
  const name: Json = branch.required[0] ?? null;
  const properties = branch.properties;
  return [isJsonObject(properties) ? { name, type: 'object' } : { name }];
}

function mapValues(object: JsonObject, map: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}
