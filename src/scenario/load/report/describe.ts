import type { Json, JsonObject } from '../../../core/json.ts';
import { pointerSegments } from '../json-pointer.ts';
import { textOf, wordsOf } from './schema-part.ts';

/** `` `timeout` ``, ``entry 2 of `tags` ``. */
export function subjectOf(pointer: string): string {
  const segments = pointerSegments(pointer);
  const last = segments.at(-1);
  if (last === undefined) return 'the document';
  if (!/^\d+$/.test(last)) return `\`${last}\``;
  const owner = segments.filter((segment) => !/^\d+$/.test(segment)).at(-1);
  return owner === undefined ? `entry ${Number(last) + 1}` : `entry ${Number(last) + 1} of \`${owner}\``;
}

const longest = 40;

export function describeValue(value: Json | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string')
    return value === '' ? 'empty text' : `the text ${JSON.stringify(shorten(value))}`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return 'a mapping';
}

export function shorten(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
};

/** What a part of the schema wants, for a person. */
export function expectationOf(part: JsonObject): string {
  const said = textOf(part, 'x-expects');
  if (said !== undefined) return said;
  const words = wordsOf(part, 'enum');
  if (words.length > 0) return oneOf(words);
  const types = wordsOf(part, 'type');
  if (types.length === 1 && types[0] === 'array') return textOf(part, 'x-what') ?? 'a list';
  return types.map((type) => typeNames[type] ?? type).join(' or ');
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  const last = words.at(-1);
  return words.length < 2 ? (last ?? '') : `${words.slice(0, -1).join(', ')} or ${last}`;
}
