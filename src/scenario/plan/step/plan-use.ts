import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import type { Step } from '../../../core/scenario.ts';
import { interpolateDeep } from '../../expression/interpolate-deep.ts';
import { problemsOfInputs } from '../../fragment/problems-of-inputs.ts';
import { DocumentNode } from '../document-node.ts';
import { interpolateDocument, readsLater } from '../interpolate-document.ts';
import { interpolateStep } from './interpolate-step.ts';
import { moveStep } from './move-step.ts';
import { planSteps, type StepContext } from './plan-steps.ts';

/** Of all fragments of one scenario together, each counted as often as it is used. */
const maxFragmentSteps = 5_000;

/** A `use`: the steps of its fragment, with what `with` says put in. */
export function planUse(node: DocumentNode, context: StepContext): Pick<Step, 'steps' | 'with'> {
  const use = node.child('use');
  const name = use.text() ?? '';
  const fragment = context.fragments.child(name);
  if (!fragment.present) {
    const known = context.fragments.entries().map(([key]) => key);
    const hint = known.length === 0 ? 'declare it under `fragments:`' : `there are ${known.join(', ')}`;
    use.fail('SCENARIO_UNDECLARED', `there is no fragment \`${name}\``, hint);
    return { steps: [] };
  }
  if (context.using.includes(name)) {
    use.fail('SCENARIO_CYCLE', `fragments use each other: ${[...context.using, name].join(' → ')}`);
    return { steps: [] };
  }
  context.expansion.steps += fragment.child('steps').items().length;
  if (context.expansion.steps > maxFragmentSteps) {
    use.fail('SCENARIO_LIMIT', `fragments make more than maxFragmentSteps (${maxFragmentSteps}) steps`);
    return { steps: [] };
  }
  const given = readInputs(node, fragment, context);
  // What its steps would say of an input that is not there is only a consequence.
  if (given === undefined) return { steps: [] };
  const known = Object.entries(given).filter(([, value]) => !readsLater(value));
  const inputs = Object.fromEntries(known.map(([key, value]) => [key, interpolateDeep(value, {})]));
  const scope = { ...context.scope, inputs };
  const written = fragment.child('steps');
  const resolved = written
    .items()
    .map(({ value, pointer }): Json => interpolateStep(value ?? null, pointer, scope, context.problems));
  const inside = { ...context, scope, using: [...context.using, name] };
  const steps = planSteps(new DocumentNode(resolved, written.pointer, context.problems), inside);
  return { steps: steps.map((step) => moveStep(step, written.pointer, `${node.pointer}/use`)), with: given };
}

/** Still templates where they read what is known only while the scenario runs. Undefined if some are missing. */
function readInputs(
  node: DocumentNode,
  fragment: DocumentNode,
  context: StepContext,
): JsonObject | undefined {
  const declared = fragment.child('inputs');
  const given = node.child('with');
  const problems = problemsOfInputs(objectOf(declared), objectOf(given));
  for (const { input, code, message, hint } of problems) {
    const place = code === 'SCENARIO_UNDECLARED' ? given.child(input) : node.child('use');
    place.fail(code, message, hint);
  }
  if (problems.some(({ code }) => code === 'SCENARIO_MISSING_KEY')) return undefined;
  const entries = declared.entries().map(([key, child]): [string, Json] => {
    const own = given.child(key).value ?? undefined;
    return [
      key,
      own ??
        interpolateDocument(child.value ?? null, child.pointer, context.scope, 'known', context.problems),
    ];
  });
  return Object.fromEntries(entries);
}

function objectOf({ value }: DocumentNode): JsonObject {
  return isJsonObject(value) ? value : {};
}
