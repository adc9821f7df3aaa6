import { isJsonObject, type Json } from '../../../core/json.ts';
import type { MatchResult } from '../../../core/matcher.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { compileRedactions, isRedactionWord, redactionWords } from '../../snapshot/redaction.ts';
import { snapshotBytes, snapshotText } from '../../snapshot/snapshot-text.ts';
import type { Snapshots } from '../../snapshot/snapshots.ts';
import { describe, matched, mismatch } from '../match-result.ts';
import type { Matcher, MatcherProblem, OperandValidator } from '../matcher.ts';
import { invalid, pointerStep } from '../operand-problem.ts';
import { loadRegularExpressions } from '../regular-expression.ts';
import { nameFact, showFact } from '../show-fact.ts';
import { diffTexts } from '../text-diff.ts';

const example = 'snapshot: items';
const maxNameLength = 200;

/** R22: the same as in the file of snapshots beside the scenario, apart from what is redacted. */
export const snapshot: Matcher = {
  name: 'snapshot',
  example,
  validate: validateOperand,
  compile: async (operand, { context }) => {
    const { snapshots, subject } = context;
    if (snapshots === undefined) {
      const hint = 'only steps are compared with snapshots';
      throw new MayflyError('MATCHER_INVALID', `${subject}: no snapshot is kept here`, { hint });
    }
    const { name: ownName, redact } = isJsonObject(operand) ? operand : { name: operand };
    const name = typeof ownName === 'string' ? ownName : snapshots.nameFor(subject);
    const redacted = await compileRedactions(redact);
    const description = `the snapshot \`${name}\``;
    return describe(description, (fact) => {
      if (fact === undefined) return mismatch(fact, 'does not exist', description);
      const text = snapshotText(fact);
      if (text === undefined) {
        const message = `is ${nameFact(fact)}, and snapshots are text: use \`sha256\``;
        return mismatch(fact, message, description);
      }
      if (text.length > snapshotBytes) {
        const message = `is longer than the limit \`snapshotBytes\` (${snapshotBytes}): look at a part of it`;
        return mismatch(fact, message, description);
      }
      return judge(redacted(snapshots.mask(text)), name, snapshots);
    });
  },
};

function judge(text: string, name: string, snapshots: Snapshots): MatchResult {
  const verdict = snapshots.check(name, text);
  switch (verdict.kind) {
    case 'same':
      return matched;
    case 'missing': {
      const message = `has no snapshot \`${name}\` yet: run \`mayfly test --update\`, and commit what it writes`;
      return mismatch(text, message, 'a snapshot');
    }
    case 'differs': {
      const message =
        verdict.why === 'kept'
          ? `differs from the snapshot \`${name}\`; if it should, run \`mayfly test --update\``
          : `differs from what another step has as the snapshot \`${name}\`: give one of them another name`;
      const isLong = verdict.kept.includes('\n') || text.includes('\n');
      const diff = isLong ? diffTexts(withNewline(verdict.kept), withNewline(text)) : [];
      return mismatch(text, message, showFact(verdict.kept), diff);
    }
  }
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

async function validateOperand(
  operand: Json,
  validator: OperandValidator,
): Promise<readonly MatcherProblem[]> {
  if (operand === true) return [];
  if (typeof operand === 'string') return validateName(operand, '');
  if (!isJsonObject(operand)) {
    return [invalid('', '`snapshot` takes a name, true, or { name: …, redact: […] }', `write ${example}`)];
  }
  const { name, redact, ...others } = operand;
  const [unknown] = Object.keys(others);
  return [
    ...(unknown === undefined
      ? []
      : [invalid(pointerStep(unknown), `\`snapshot\` has no \`${unknown}\``, 'it has name and redact')]),
    ...(name === undefined ? [] : validateName(name, '/name', validator)),
    ...(redact === undefined ? [] : await validateRedactions(redact, validator)),
  ];
}

function validateName(
  name: Json,
  pointer: string,
  { isTemplate }: Pick<OperandValidator, 'isTemplate'> = { isTemplate: () => false },
): readonly MatcherProblem[] {
  if (isTemplate(name)) return [];
  const isName = typeof name === 'string' && /^[^\r\n]+$/.test(name) && name.trim() !== '';
  if (isName && name.length <= maxNameLength) return [];
  return [
    invalid(
      pointer,
      `the name of a snapshot is one line of at most ${maxNameLength} characters`,
      `write ${example}`,
    ),
  ];
}

async function validateRedactions(
  redact: Json,
  { isTemplate }: OperandValidator,
): Promise<readonly MatcherProblem[]> {
  const known = `known are ${Object.keys(redactionWords).join(', ')}, and { matches: …, as: … }`;
  if (!Array.isArray(redact) || redact.length === 0) return [invalid('/redact', '`redact` is a list', known)];
  const problems = await Promise.all(
    redact.map(async (entry: Json, index): Promise<readonly MatcherProblem[]> => {
      const pointer = `/redact/${index}`;
      if (typeof entry === 'string')
        return isRedactionWord(entry) ? [] : [invalid(pointer, `\`${entry}\` is nothing to redact`, known)];
      if (!isJsonObject(entry) || typeof entry.matches !== 'string' || typeof entry.as !== 'string')
        return [invalid(pointer, 'a redaction has `matches` and `as`', known)];
      return isTemplate(entry.matches) ? [] : validatePattern(entry.matches, `${pointer}/matches`);
    }),
  );
  return problems.flat();
}

async function validatePattern(pattern: string, pointer: string): Promise<readonly MatcherProblem[]> {
  try {
    const compile = await loadRegularExpressions();
    const isEmpty = compile(pattern).test('');
    return isEmpty
      ? [invalid(pointer, `\`${pattern}\` matches nothing at all, too`, 'write what is there at least once')]
      : [];
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    return [{ code: error.code, pointer, message: error.message, hint: error.hint }];
  }
}
