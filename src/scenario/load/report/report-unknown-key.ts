import { didYouMean } from '../../../core/did-you-mean.ts';
import { isJsonObject } from '../../../core/json.ts';
import type { SchemaError } from '../../generated/validate-scenario.js';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import { leftOutOfCompose } from './compose-keys.ts';
import { shorten, subjectOf } from './describe.ts';
import { knownElsewhere } from './known-elsewhere.ts';
import { schemaPartOf, textOf } from './schema-part.ts';

/** So many allowed keys are worth listing. */
const listable = 14;

export function reportUnknownKey(error: SchemaError, document: LoadedDocument): void {
  const { instancePath, schemaPath, params } = error;
  const part = schemaPartOf(schemaPath);
  const what = textOf(part, 'x-what') ?? subjectOf(instancePath);
  const key = String(params.additionalProperty);
  const pointer = below(instancePath, key);
  const span = document.keySpan(pointer);
  if (reportLeftOut(what, key, pointer, document)) return;

  const allowed = isJsonObject(part.properties) ? Object.keys(part.properties) : [];
  const near = didYouMean(key, allowed);
  const habits = own(knownElsewhere, what) ?? {};
  const habit = own(habits, near === undefined ? (didYouMean(key, Object.keys(habits)) ?? key) : key);
  const name = key === '' ? 'empty key' : `unknown key \`${shorten(key)}\``;
  const message =
    textOf(part, 'x-code') === 'MATCHER_INVALID'
      ? `there is no matcher \`${shorten(key)}\``
      : `${name} in ${what}`;
  document.error('SCENARIO_UNKNOWN_KEY', message, span, pointer, hintFor(habit, near, allowed, what));
  const meant = habit === undefined ? near : (/^write `([a-z_]+):/.exec(habit)?.[1] ?? near);
  if (meant !== undefined) document.meant.add(below(instancePath, meant));
}

function hintFor(
  habit: string | undefined,
  near: string | undefined,
  allowed: readonly string[],
  what: string,
): string {
  if (habit !== undefined) return habit;
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (what === 'a matcher')
    return 'to compare with a mapping write `equals: { … }`; the matchers are in docs/language.md';
  if (allowed.length <= listable) return `known here: ${allowed.join(', ')}`;
  return 'remove it, or prefix it with `x-`';
}

function reportLeftOut(what: string, key: string, pointer: string, document: LoadedDocument): boolean {
  const leftOut = own(own(leftOutOfCompose, what), key);
  if (leftOut === undefined) return false;
  const say = leftOut.harmless ? document.warning.bind(document) : document.error.bind(document);
  say(
    'SCENARIO_NO_EFFECT',
    `\`${key}\` has no effect: ${leftOut.why}`,
    document.keySpan(pointer),
    pointer,
    leftOut.instead,
  );
  return true;
}

function own<Value>(table: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
