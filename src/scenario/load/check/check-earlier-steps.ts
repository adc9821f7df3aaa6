import { isStatic, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import { canSee, caseOf, type StepAt } from '../steps-of.ts';

/** `logs: { since }` names a step that ran before. */
export function checkSince(
  document: LoadedDocument,
  { step, pointer, order }: StepAt,
  steps: readonly StepAt[],
): void {
  const since = textOf(memberOf(step.logs, 'since'));
  if (since === undefined || since === 'start' || !isStatic(since)) return;
  // In a case every log begins anew: what stood in it before is of `setup`.
  const isBefore = (other: StepAt): boolean =>
    other.order < order && caseOf(other.pointer) === caseOf(pointer) && canSee(pointer, other.pointer);
  if (steps.some((other) => other.step.id === since && isBefore(other))) return;
  const at = below(pointer, 'logs', 'since');
  document.error(
    'SCENARIO_UNDECLARED',
    `no step before this one has the id \`${since}\``,
    document.valueSpan(at),
    at,
    'write `start`, or the id of an earlier step',
  );
}

/** `wait: { step }` names a step that was begun in the background before. */
export function checkAwaited(
  document: LoadedDocument,
  { step, pointer, order }: StepAt,
  steps: readonly StepAt[],
): void {
  const id = textOf(memberOf(step.wait, 'step'));
  if (id === undefined || !isStatic(id)) return;
  const named = steps.find((other) => other.step.id === id && canSee(pointer, other.pointer));
  if (named?.step.background === true && named.order < order) return;
  const at = below(pointer, 'wait', 'step');
  const message =
    named === undefined
      ? `no step has the id \`${id}\``
      : `\`${id}\` is no step in the background before this one`;
  const hint = 'name a step with `background: true` that begins before';
  document.error('SCENARIO_UNDECLARED', message, document.valueSpan(at), at, hint);
}
