import type { Json } from '../../../core/json.ts';
import { shorten } from '../../mask/shorten.ts';
import { linesOf, textMatcher } from '../fact-text.ts';
import { allOf, below, mismatch } from '../match-result.ts';
import type {
  CompiledMatcher,
  Matcher,
  MatcherProblem,
  OperandCompiler,
  OperandValidator,
} from '../matcher.ts';
import { assertsNothing, pointerStep } from '../operand-problem.ts';
import { showFact } from '../show-fact.ts';
import { diffTexts } from '../text-diff.ts';

/** The lines of a text: a list gives each in its order, a value or a matcher for every one; a mapping judges the list of them. */
export const lines: Matcher = {
  name: 'lines',
  example: 'lines: [first, { starts_with: sec }]',
  validate,
  compile: async (operand, compiler) =>
    Array.isArray(operand) ? compileList(operand, compiler) : compileWhole(operand, compiler),
};

async function compileList(
  operand: readonly Json[],
  { context, compileNested }: OperandCompiler,
): Promise<CompiledMatcher> {
  const entries = await Promise.all(
    operand.map((entry) => compileNested(entry, lineContext(context.subject))),
  );
  const description = `${entries.length} line${entries.length === 1 ? '' : 's'}: ${entries.map((entry) => entry.description).join(', ')}`;
  // Where every line is given literally, a diff tells most.
  const literal = operand.every((entry) => typeof entry !== 'object') ? `${operand.join('\n')}\n` : undefined;
  return textMatcher('lines', description, (text, fact) => {
    const found = linesOf(text);
    const results = entries.map((entry, index) => below(`[${index}]`, entry(found[index])));
    const isSame = found.length === entries.length && results.every((result) => result.matched);
    if (isSame) return { matched: true };
    const diff = literal === undefined ? [] : diffTexts(literal, found.map((line) => `${line}\n`).join(''));
    const message =
      found.length === entries.length
        ? 'has other lines'
        : `has ${found.length} line${found.length === 1 ? '' : 's'}, not ${entries.length}`;
    const whole = mismatch(fact, message, description, diff);
    return literal === undefined && found.length === entries.length ? allOf(results) : whole;
  });
}

async function compileWhole(
  operand: Json,
  { context, compileNested }: OperandCompiler,
): Promise<CompiledMatcher> {
  const judge = await compileNested(operand, lineContext(context.subject));
  return textMatcher('lines', `lines that are ${judge.description}`, (text) => judge(linesOf(text)));
}

/** A line is text as a process wrote it, however deep the text was found. */
function lineContext(subject: string) {
  return { subject: `a line of ${subject}` };
}

async function validate(operand: Json, validator: OperandValidator): Promise<readonly MatcherProblem[]> {
  if (!Array.isArray(operand)) {
    if (typeof operand === 'object') return validator.validateNested(operand, '');
    const hint = `write lines: [${shorten(showFact(operand))}], or line_count: for their number`;
    return [
      {
        code: 'MATCHER_INVALID',
        pointer: '',
        message: '`lines` takes a list or a matcher of the list',
        hint,
      },
    ];
  }
  if (operand.length === 0)
    return [assertsNothing('', '`lines` has an empty list', 'write empty: true for no output')];
  const nested = operand.map((entry: Json, index) => validator.validateNested(entry, pointerStep(index)));
  return (await Promise.all(nested)).flat();
}
