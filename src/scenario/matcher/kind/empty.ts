import { isJsonObject } from '../../../core/json.ts';
import type { Fact } from '../../../core/matcher.ts';
import { describe, mismatch, verdict } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { invalid } from '../operand-problem.ts';
import { nameFact } from '../show-fact.ts';

/** No character, entry, key or byte; also null, and what does not exist. A newline alone is not empty. */
export const empty: Matcher = {
  name: 'empty',
  example: 'empty: true',
  judges: () => 'list',
  validate: (operand, { isTemplate }) =>
    typeof operand === 'boolean' || isTemplate(operand) ? [] : [invalid('', '`empty` takes true or false')],
  compile: (operand) => {
    const description = operand === true ? 'empty' : 'not empty';
    return describe(description, (fact) => {
      const found = isEmpty(fact);
      if (found === undefined)
        return mismatch(fact, `is ${nameFact(fact)}, which is neither empty nor full`, description);
      return verdict(found === operand, () =>
        mismatch(fact, found ? 'is empty' : 'is not empty', description),
      );
    });
  },
};

function isEmpty(fact: Fact): boolean | undefined {
  if (fact === undefined || fact === null) return true;
  if (typeof fact === 'string' || fact instanceof Uint8Array || Array.isArray(fact)) return fact.length === 0;
  return isJsonObject(fact) ? Object.keys(fact).length === 0 : undefined;
}
