import { isJsonObject, type Json } from '../../../core/json.ts';
import { entriesOf, has, itemsOf, memberOf } from '../json-access.ts';
import type { LoadLimits } from '../limits.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { StepAt } from '../steps-of.ts';

/** R5: how many of everything. */
export function checkCounts(document: LoadedDocument, steps: readonly StepAt[], limits: LoadLimits): void {
  const exceeded = (pointer: string, count: number, what: string, limit: keyof LoadLimits) => {
    if (count <= limits[limit]) return;
    document.error(
      'SCENARIO_LIMIT',
      `there are ${count} ${what}; the limit \`${limit}\` is ${limits[limit]}`,
      document.keySpan(pointer),
      pointer,
    );
  };
  for (const section of ['services', 'images', 'networks', 'volumes', 'vars'] as const) {
    exceeded(`/${section}`, entriesOf(memberOf(document.json, section)).length, section, section);
  }
  exceeded('/steps', steps.length, 'steps', 'steps');
  const combinations = entriesOf(memberOf(document.json, 'matrix'))
    .filter(([name]) => name !== 'include' && name !== 'exclude')
    .reduce((product, [, values]) => product * Math.max(1, itemsOf(values).length), 1);
  exceeded('/matrix', combinations, 'combinations of the matrix', 'matrix');
}

export function hasSteps(json: Json): boolean {
  return isJsonObject(json) && (has(json, 'steps') || has(json, 'cases'));
}

/** R3: a scenario without steps asserts nothing. */
export function checkHasSteps(document: LoadedDocument): void {
  const { json } = document;
  if (!isJsonObject(json) || hasSteps(json)) return;
  const span = document.keySpan('');
  document.error(
    'SCENARIO_ASSERTS_NOTHING',
    'the scenario has no steps, so nothing would be checked',
    { start: span.start, end: span.start + 1 },
    '',
    'add `steps:` with at least one step',
  );
}
