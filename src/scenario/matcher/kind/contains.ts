import { textMatcher } from '../fact-text.ts';
import { allOf, matched, mismatch } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { textsOf, validateTexts } from '../operand-problem.ts';
import { quote } from '../show-fact.ts';

/** Text with this part, or with each of these parts. */
export const contains: Matcher = {
  name: 'contains',
  example: 'contains: ready',
  validate: (operand, validator) => validateTexts('contains', operand, validator),
  compile: (operand) => {
    const parts = textsOf(operand);
    const description = `text that contains ${parts.map(quote).join(' and ')}`;
    return textMatcher('contains', description, (text, fact) =>
      allOf(
        parts.map((part) => {
          if (text.includes(part)) return matched;
          const otherwise = text.toLowerCase().includes(part.toLowerCase()) ? ', only in another case' : '';
          return mismatch(
            fact,
            `does not contain ${quote(part)}${otherwise}`,
            `text that contains ${quote(part)}`,
          );
        }),
      ),
    );
  },
};
