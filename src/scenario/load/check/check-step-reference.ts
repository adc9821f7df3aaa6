import { didYouMean } from '../../../core/did-you-mean.ts';
import { entriesOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { Span } from '../source-text.ts';
import { canSee, fragmentOf, type StepAt } from '../steps-of.ts';

export interface StepsInScope {
  readonly steps: readonly StepAt[];
  /** The step the expression stands in; undefined outside of steps. */
  readonly current: StepAt | undefined;
}

interface Where {
  readonly document: LoadedDocument;
  readonly pointer: string;
  readonly span: Span;
}

/** `steps.ID.CAPTURE`: the step exists, has run by then, and captures that. */
export function checkStepReference(
  id: string,
  capture: string | undefined,
  where: Where,
  { steps, current }: StepsInScope,
): void {
  const { document, pointer, span } = where;
  const { pointer: from } = current ?? where;
  const target = steps.find((other) => other.step.id === id && canSee(from, other.pointer));
  if (current === undefined) {
    document.error(
      'EXPRESSION_UNDEFINED',
      'captures are known only in steps, after the step that made them',
      span,
      pointer,
      'use `vars:` for a value that is known before',
    );
  } else if (target === undefined) {
    const ids = steps
      .filter((other) => canSee(from, other.pointer))
      .flatMap(({ step }) => (typeof step.id === 'string' ? [step.id] : []));
    const near = didYouMean(id, ids);
    document.error(
      'SCENARIO_UNDECLARED',
      `no step has the id \`${id}\``,
      span,
      pointer,
      near === undefined ? `give the step that captures it \`id: ${id}\`` : `did you mean \`steps.${near}\`?`,
    );
  } else if (target.order >= current.order) {
    const { line } = document.source.locate(document.keySpan(target.pointer).start);
    const message =
      target === current
        ? `the step \`${id}\` has not run yet: this is it`
        : `the step \`${id}\` has not run by then: it comes later, on line ${line}`;
    document.error('SCENARIO_UNDECLARED', message, span, pointer, 'use what an earlier step captured');
  } else if (runTogether(target.pointer, current.pointer)) {
    const message = `the step \`${id}\` runs at the same time as this one`;
    document.error('SCENARIO_UNDECLARED', message, span, pointer, 'use what an earlier step captured');
  } else {
    checkCapture(id, capture, target, where, steps);
  }
}

/** Whether two steps are in different branches of one `parallel`. */
function runTogether(one: string, other: string): boolean {
  const parts = one.split('/');
  const others = other.split('/');
  const differs = parts.findIndex((part, index) => part !== others[index]);
  return differs > 0 && parts[differs - 1] === 'parallel';
}

/** What a step captures; a `use` everything that the steps of its fragment do. */
function capturesOf(
  { step, kind }: StepAt,
  steps: readonly StepAt[],
  seen: readonly string[] = [],
): readonly string[] {
  const fragment = typeof step.use === 'string' ? below('/fragments', step.use) : '';
  if (kind !== 'use' || seen.includes(fragment)) return entriesOf(step.capture).map(([name]) => name);
  return steps
    .filter((inner) => fragmentOf(inner.pointer) === fragment && typeof inner.step.id === 'string')
    .flatMap((inner) => capturesOf(inner, steps, [...seen, fragment]));
}

function checkCapture(
  id: string,
  capture: string | undefined,
  target: StepAt,
  { document, pointer, span }: Where,
  steps: readonly StepAt[],
): void {
  const captures = capturesOf(target, steps);
  if (capture !== undefined && captures.includes(capture)) return;
  const name = capture ?? 'NAME';
  const near = didYouMean(name, captures);
  const { line } = document.source.locate(document.keySpan(below(target.pointer, 'id')).start);
  const hint =
    near === undefined
      ? `add \`capture: { ${name}: { from: stdout } }\` to it`
      : `did you mean \`steps.${id}.${near}\`?`;
  document.error(
    'SCENARIO_UNDECLARED',
    `the step \`${id}\` (line ${line}) captures no \`${name}\``,
    span,
    pointer,
    hint,
  );
}
