import { didYouMean } from '../../../core/did-you-mean.ts';
import { isJsonObject, type Json } from '../../../core/json.ts';
import type { Fact } from '../../../core/matcher.ts';
import { describe, mismatch, verdict } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { assertsNothing, invalid, pointerStep } from '../operand-problem.ts';

/** JSON Schema's names, and `binary` for bytes that are no document. An integer is also a number. */
const types: Readonly<Record<string, (fact: Fact) => boolean>> = {
  string: (fact) => typeof fact === 'string',
  number: (fact) => typeof fact === 'number',
  integer: (fact) => Number.isInteger(fact),
  boolean: (fact) => typeof fact === 'boolean',
  null: (fact) => fact === null,
  array: (fact) => Array.isArray(fact),
  object: (fact) => !(fact instanceof Uint8Array) && isJsonObject(fact),
  binary: (fact) => fact instanceof Uint8Array,
};

export const type: Matcher = {
  name: 'type',
  example: 'type: integer',
  validate: (operand, { isTemplate }) => {
    if (Array.isArray(operand) && operand.length === 0)
      return [assertsNothing('', '`type` has an empty list')];
    return namesOf(operand).flatMap((name, index) => {
      if (isTemplate(name) || (typeof name === 'string' && Object.hasOwn(types, name))) return [];
      const known = Object.keys(types);
      const meant = typeof name === 'string' ? (synonyms[name] ?? didYouMean(name, known)) : undefined;
      const hint = meant === undefined ? `write one of ${known.join(', ')}` : `did you mean \`${meant}\`?`;
      return [
        invalid(
          Array.isArray(operand) ? pointerStep(index) : '',
          `unknown type ${JSON.stringify(name)}`,
          hint,
        ),
      ];
    });
  },
  compile: (operand) => {
    const names = namesOf(operand).map(String);
    const description = `of type ${names.join(' or ')}`;
    return describe(description, (fact) =>
      verdict(
        names.some((name) => types[name]?.(fact) === true),
        () => mismatch(fact, fact === undefined ? 'does not exist' : `is ${typeNameOf(fact)}`, description),
      ),
    );
  },
};

const synonyms: Readonly<Record<string, string>> = {
  text: 'string',
  list: 'array',
  mapping: 'object',
  map: 'object',
  int: 'integer',
  float: 'number',
  bytes: 'binary',
};

function namesOf(operand: Json): readonly Json[] {
  // YAML reads `type: null` as no operand, but `[string, null]` holds null itself.
  return Array.isArray(operand) ? operand.map((name: Json) => name ?? 'null') : [operand];
}

function typeNameOf(fact: Fact): string {
  return `of type ${Object.keys(types).find((name) => types[name]?.(fact) === true)}`;
}
