import { textMatcher, withoutFinalNewline } from '../fact-text.ts';
import { mismatch, verdict } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { textsOf, validateTexts } from '../operand-problem.ts';
import { quote } from '../show-fact.ts';

/** Text that ends with this, or with one of these; with or without one final newline. */
export const endsWith: Matcher = {
  name: 'ends_with',
  example: 'ends_with: done',
  validate: (operand, validator) => validateTexts('ends_with', operand, validator),
  compile: (operand) => {
    const ends = textsOf(operand);
    const description = `text that ends with ${ends.map(quote).join(' or ')}`;
    return textMatcher('ends_with', description, (text, fact) => {
      const trimmed = withoutFinalNewline(text);
      return verdict(
        ends.some((end) => text.endsWith(end) || trimmed.endsWith(end)),
        () => mismatch(fact, `does not end with ${ends.map(quote).join(' or ')}`, description),
      );
    });
  },
};
