import { describe, expect, test } from 'vitest';
import { isJsonObject, type Json } from '../../../src/core/json.ts';
import { exactlyOne, key, object, ref } from '../../../src/scenario/schema/json-schema.ts';
import { scenarioSchema } from '../../../src/scenario/schema/scenario-schema.ts';
import { shareSubschemas } from '../../../src/scenario/schema/share-subschemas.ts';

function refsIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (!isJsonObject(value)) return [];
  const own = typeof value.$ref === 'string' ? [value.$ref.replace('#/definitions/', '')] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
}

describe('the form that the validator is compiled from', () => {
  const shared = shareSubschemas(scenarioSchema);

  test('every reference leads somewhere', () => {
    const { definitions = {} } = shared;
    const names = isJsonObject(definitions) ? Object.keys(definitions) : [];
    expect(refsIn(shared).filter((name) => !names.includes(name))).toEqual([]);
  });

  test('no documentation is left, and it is much smaller', () => {
    expect(JSON.stringify(shared)).not.toContain('"description":"');
    expect(JSON.stringify(shared).length).toBeLessThan(JSON.stringify(scenarioSchema).length / 1.5);
  });

  test('equal parts are written once; a documented reference is the reference; oneOf of required keys is a count', () => {
    const long = { type: 'string', pattern: '^[a-z]+$', 'x-expects': 'a word' };
    const schema = {
      ...object(
        { a: key('A', 'A.', 'x', long), b: key('B', 'B.', 'y', long), c: key('C', 'C.', 1, ref('d')) },
        { what: 'a thing' },
      ),
      ...exactlyOne(['a', 'b']),
      definitions: { d: { type: 'number' } },
    };
    expect(shareSubschemas(schema)).toEqual({
      type: 'object',
      'x-what': 'a thing',
      properties: { a: ref('shared0'), b: ref('shared0'), c: ref('d') },
      patternProperties: { '^x-': {} },
      additionalProperties: false,
      'x-one-of': [{ name: 'a' }, { name: 'b' }],
      definitions: { d: { type: 'number' }, shared0: long },
    });
  });
});
