import { textMatcher } from '../fact-text.ts';
import { mismatch, verdict } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { textsOf, validateTexts } from '../operand-problem.ts';
import { quote } from '../show-fact.ts';

/** Text that begins with this, or with one of these. */
export const startsWith: Matcher = {
  name: 'starts_with',
  example: 'starts_with: HTTP/1.1',
  validate: (operand, validator) => validateTexts('starts_with', operand, validator),
  compile: (operand) => {
    const starts = textsOf(operand);
    const description = `text that starts with ${starts.map(quote).join(' or ')}`;
    return textMatcher('starts_with', description, (text, fact) =>
      verdict(
        starts.some((start) => text.startsWith(start)),
        () => mismatch(fact, `does not start with ${starts.map(quote).join(' or ')}`, description),
      ),
    );
  },
};
