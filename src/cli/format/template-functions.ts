import { isJsonObject, type Json } from '../../core/json.ts';
import { TemplateError } from './template-token.ts';
import { isTrue, printValue } from './template-values.ts';

/** Docker's functions for `--format` (docs.docker.com/engine/cli/formatting) and Go's own that one meets with them. */
export const templateFunctions: Readonly<Record<string, (given: readonly Json[]) => Json>> = {
  json: ([value = null]) => JSON.stringify(value),
  index: ([value = null, ...keys]) => keys.reduce(indexOf, value),
  len: ([value = null]) => lengthOf(value),
  join: ([list, separator]) => listOf(list, 'join').map(printValue).join(textOf(separator, 'join')),
  split: ([text, separator]) => textOf(text, 'split').split(textOf(separator, 'split')),
  lower: ([text]) => textOf(text, 'lower').toLowerCase(),
  upper: ([text]) => textOf(text, 'upper').toUpperCase(),
  truncate: ([text, length]) => [...textOf(text, 'truncate')].slice(0, Number(length)).join(''),
  println: (given) => `${given.map(printValue).join(' ')}\n`,
  eq: ([first, ...others]) => others.some((other) => JSON.stringify(other) === JSON.stringify(first)),
  ne: ([first, second]) => JSON.stringify(first) !== JSON.stringify(second),
  not: ([value = null]) => !isTrue(value),
  and: (given) => given.find((value) => !isTrue(value)) ?? given.at(-1) ?? null,
  or: (given) => given.find(isTrue) ?? given.at(-1) ?? null,
};

function indexOf(value: Json, key: Json): Json {
  if (Array.isArray(value) && typeof key === 'number') {
    const item = value[key];
    if (item === undefined) throw new TemplateError(`the list has no item ${key}`);
    return item;
  }
  if (isJsonObject(value)) return Object.hasOwn(value, String(key)) ? (value[String(key)] ?? null) : '';
  if (value === null) return '';
  throw new TemplateError('`index` needs a list or a map');
}

function lengthOf(value: Json): number {
  if (value === null) return 0;
  if (Array.isArray(value) || typeof value === 'string') return value.length;
  if (isJsonObject(value)) return Object.keys(value).length;
  throw new TemplateError('`len` needs a list, a map or a text');
}

function listOf(value: Json | undefined, name: string): readonly Json[] {
  if (Array.isArray(value)) return value;
  if (value === null || value === undefined) return [];
  throw new TemplateError(`\`${name}\` needs a list`);
}

function textOf(value: Json | undefined, name: string): string {
  if (typeof value === 'string') return value;
  throw new TemplateError(`\`${name}\` needs a text`);
}
