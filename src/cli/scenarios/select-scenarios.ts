import { MayflyError } from '../../core/mayfly-error.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import type { SelectionValues } from './planning-flags.ts';

/** A scenario with this tag runs only when the tag is asked for. */
export const manualTag = 'manual';

/**
 * The plans that tags and name leave.
 *
 * @throws MayflyError CLI_NOTHING_MATCHED when that is none, CLI_USAGE for a bad expression.
 */
export function selectScenarios(plans: readonly ScenarioPlan[], { tag, grep }: SelectionValues): readonly ScenarioPlan[] {
  const pattern = grep === undefined ? undefined : parsePattern(grep);
  const wanted = plans.filter(
    (plan) =>
      (tag.length === 0 || plan.tags.some((each) => tag.includes(each))) &&
      (pattern === undefined || pattern.test(`${plan.id} ${plan.name}`)),
  );
  const selected = wanted.filter((plan) => !plan.tags.includes(manualTag) || tag.includes(manualTag));
  if (selected.length > 0) return selected;
  if (wanted.length > 0) {
    throw new MayflyError('CLI_NOTHING_MATCHED', `what matched is tagged \`${manualTag}\` and runs only when asked for`, {
      hint: `add --tag ${manualTag}`,
    });
  }
  const tags = [...new Set(plans.flatMap((plan) => plan.tags))].sort();
  throw new MayflyError('CLI_NOTHING_MATCHED', `none of ${plans.length} scenarios matched`, {
    hint: tags.length === 0 ? 'none of them has a tag' : `the tags are ${tags.join(', ')}`,
  });
}

/** It is the user's own expression on his own machine: one that takes long harms nobody else. */
function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (cause) {
    throw new MayflyError('CLI_USAGE', `\`--grep ${text}\` is no regular expression`, { cause, hint: 'escape the characters `.*+?()[]{}|\\^$` with `\\`' });
  }
}
