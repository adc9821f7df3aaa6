import { didYouMean } from '../../../core/did-you-mean.ts';
import { isJsonObject } from '../../../core/json.ts';
import { problemsOfInputs } from '../../fragment/problems-of-inputs.ts';
import { entriesOf, isStatic, memberOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { StepAt } from '../steps-of.ts';

/** A `use` names a fragment that is there, and gives it what it needs. A name with an expression is for planning to judge. */
export function checkUse(document: LoadedDocument, { step, pointer, kind }: StepAt): void {
  const name = step.use;
  if (kind !== 'use' || typeof name !== 'string' || name.trim() === '' || !isStatic(name)) return;
  const at = below(pointer, 'use');
  const fragments = memberOf(document.json, 'fragments');
  const fragment = memberOf(fragments, name);
  if (fragment === undefined) {
    const message = `there is no fragment \`${name}\``;
    const known = entriesOf(fragments).map(([key]) => key);
    document.error('SCENARIO_UNDECLARED', message, document.valueSpan(at), at, hintFor(name, known));
    return;
  }
  const inputs = memberOf(fragment, 'inputs') ?? {};
  const given = step.with ?? {};
  // What is no mapping is for the schema to judge.
  if (!isJsonObject(inputs) || !isJsonObject(given)) return;
  for (const { input, code, message, hint } of problemsOfInputs(inputs, given)) {
    const place = code === 'SCENARIO_UNDECLARED' ? below(pointer, 'with', input) : at;
    const span = place === at ? document.valueSpan(at) : document.keySpan(place);
    document.error(code, message, span, place, hint);
  }
}

function hintFor(name: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  return known.length === 0 ? 'declare it under `fragments:`' : `there are ${known.join(', ')}`;
}
