import { countMatcher } from '../count-matcher.ts';
import { linesOf, textOf } from '../fact-text.ts';

/** How many lines a text has; a final newline begins none. */
export const lineCount = countMatcher('line_count', (fact) => {
  const text = textOf(fact);
  return text === undefined ? undefined : { count: linesOf(text).length, of: ['line', 'lines'] };
});
