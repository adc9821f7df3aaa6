import { memberOf } from '../json-access.ts';
import type { LoadedDocument } from '../loaded-document.ts';

/** R28: `setup` and `cases` go together, and stand instead of `steps`. */
export function checkCases(document: LoadedDocument): void {
  const { json } = document;
  const hasCases = memberOf(json, 'cases') !== undefined;
  if (hasCases && memberOf(json, 'steps') !== undefined) {
    document.error(
      'SCENARIO_CONFLICT',
      '`steps` beside `cases`',
      document.keySpan('/steps'),
      '/steps',
      'what every case needs stands in `setup:`, what is checked in the steps of each case',
    );
  }
  if (!hasCases && memberOf(json, 'setup') !== undefined) {
    document.error(
      'SCENARIO_NO_EFFECT',
      '`setup` prepares `cases`, and there are none',
      document.keySpan('/setup'),
      '/setup',
      'add `cases:`, or call it `steps:`',
    );
  }
}
