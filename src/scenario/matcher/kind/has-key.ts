import { didYouMean } from '../../../core/did-you-mean.ts';
import { isJsonObject } from '../../../core/json.ts';
import { allOf, describe, mismatch } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { textsOf, validateTexts } from '../operand-problem.ts';
import { nameFact, quote } from '../show-fact.ts';

/** A mapping with this key, or with each of these keys, whatever their values. */
export const hasKey: Matcher = {
  name: 'has_key',
  example: 'has_key: id',
  validate: (operand, validator) => validateTexts('has_key', operand, validator),
  compile: (operand) => {
    const keys = textsOf(operand);
    const description = `a mapping with ${keys.map(quote).join(' and ')}`;
    return describe(description, (fact) => {
      if (fact === undefined) return mismatch(fact, 'does not exist', description);
      if (fact instanceof Uint8Array || !isJsonObject(fact)) {
        const hint = typeof fact === 'string' ? ': use `json` to read it as JSON' : '';
        return mismatch(fact, `is ${nameFact(fact)}, which has no keys${hint}`, description);
      }
      const missing = keys.filter((key) => !Object.hasOwn(fact, key));
      return allOf(
        missing.map((key) => {
          const meant = didYouMean(key, Object.keys(fact));
          const near = meant === undefined ? '' : `, but ${quote(meant)}`;
          return mismatch(fact, `has no key ${quote(key)}${near}`, description);
        }),
      );
    });
  },
};
