import type { Json } from '../../../core/json.ts';
import { describe, mismatch, verdict } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { assertsNothing, invalid, pointerStep } from '../operand-problem.ts';

/** At least one matcher of the list holds; a bare value in it means equals. */
export const any: Matcher = {
  name: 'any',
  example: 'any: [{ contains: a }, { contains: b }]',
  judges: () => 'nodes',
  validate: async (operand, { validateNested }) => {
    if (!Array.isArray(operand)) return [invalid('', '`any` takes a list of matchers')];
    if (operand.length === 0) return [assertsNothing('', '`any` has an empty list')];
    const nested = operand.map((entry: Json, index) => validateNested(entry, pointerStep(index)));
    return (await Promise.all(nested)).flat();
  },
  compile: async (operand, { context, compileNested }) => {
    const entries = Array.isArray(operand) ? operand : [operand];
    const judges = await Promise.all(entries.map((entry) => compileNested(entry, context)));
    const description = judges.map((judge) => judge.description).join(', or ');
    return describe(description, (fact) =>
      verdict(
        judges.some((judge) => judge(fact).matched),
        () => mismatch(fact, `is none of ${judges.length} alternatives`, description),
      ),
    );
  },
};
