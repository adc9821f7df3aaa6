import { MayflyError } from '../../core/mayfly-error.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import type { Scenario } from '../../core/scenario.ts';

/** A scenario with this tag runs only when the tag is asked for. */
const manualTag = 'manual';

/**
 * The scenarios that have one of the tags; all, if none is named.
 *
 * @throws MayflyError CLI_NOTHING_MATCHED when that is none.
 */
export function selectByTags(scenarios: readonly Scenario[], tags: readonly string[]): readonly Scenario[] {
  const wanted = scenarios.filter((scenario) => hasOneOf(scenario.tags, tags));
  const selected = wanted.filter((scenario) => isWanted(scenario.tags, tags));
  if (selected.length > 0) return selected;
  if (wanted.length > 0) {
    throw new MayflyError(
      'CLI_NOTHING_MATCHED',
      `what was found is tagged \`${manualTag}\`, and such scenarios run only when asked for`,
      {
        hint: `add --tag ${manualTag}`,
      },
    );
  }
  const known = [...new Set(scenarios.flatMap((scenario) => scenario.tags))].sort();
  throw new MayflyError('CLI_NOTHING_MATCHED', `no scenario is tagged ${tags.join(' or ')}`, {
    hint: known.length === 0 ? 'none of those found has a tag' : `the tags are ${known.join(', ')}`,
  });
}

/** Whether a scenario with these tags is among those that are asked for. */
export function isWanted(own: readonly string[], asked: readonly string[]): boolean {
  return hasOneOf(own, asked) && (!own.includes(manualTag) || asked.includes(manualTag));
}

function hasOneOf(own: readonly string[], asked: readonly string[]): boolean {
  return asked.length === 0 || own.some((tag) => asked.includes(tag));
}

/**
 * The plans whose file, matrix and name match an expression.
 *
 * @throws MayflyError CLI_NOTHING_MATCHED when that is none, CLI_USAGE for a bad expression.
 */
export function selectByName(
  plans: readonly ScenarioPlan[],
  grep: string | undefined,
): readonly ScenarioPlan[] {
  if (grep === undefined) return plans;
  const pattern = parsePattern(grep);
  const selected = plans.filter((plan) => pattern.test(`${plan.id} ${plan.name}`));
  if (selected.length > 0) return selected;
  throw new MayflyError('CLI_NOTHING_MATCHED', `\`--grep ${grep}\` matches none of the scenarios`, {
    hint: 'it is tried on the file and the name; `mayfly plan` lists both',
  });
}

/** It is the user's own expression on his own machine: one that takes long harms nobody else. */
function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (cause) {
    const hint = 'write `\\` before a character of `.*+?()[]{}|^$` that is meant as it stands';
    throw new MayflyError('CLI_USAGE', `\`--grep ${text}\` is no regular expression`, { cause, hint });
  }
}
