import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { type StepKind, stepKinds } from '../../core/step-kind.ts';
import { entriesOf, has, itemsOf, memberOf } from './json-access.ts';
import { below } from './json-pointer.ts';

export interface StepAt {
  readonly pointer: string;
  readonly step: JsonObject;
  /** In the order written; a step of `finally` comes after all others. */
  readonly order: number;
  /** Undefined if it has none or several. */
  readonly kind: StepKind | undefined;
}

/** The case that a place is in: `/cases/3`; undefined outside of cases. */
export function caseOf(pointer: string): string | undefined {
  return /^\/cases\/\d+(?=\/|$)/.exec(pointer)?.[0];
}

/** The fragment that a place is in: `/fragments/login`; undefined outside of fragments. */
export function fragmentOf(pointer: string): string | undefined {
  return /^\/fragments\/[^/]+(?=\/|$)/.exec(pointer)?.[0];
}

/**
 * Cases cannot see each other (R28); all of them see what was done before them. A fragment sees itself and nothing else, and
 * nothing else sees into it.
 */
export function canSee(pointer: string, other: string): boolean {
  if (fragmentOf(pointer) !== fragmentOf(other)) return false;
  const otherCase = caseOf(other);
  return otherCase === undefined || otherCase === caseOf(pointer);
}

/** `image` is a kind only when it is a mapping; otherwise it names the image of a one-shot `run` (R17, R18). */
function kindsOf(step: JsonObject): readonly StepKind[] {
  return stepKinds.filter((kind) => has(step, kind) && (kind !== 'image' || isJsonObject(step.image)));
}

/** Every step of a document, nested ones too, in the order they run. */
export function stepsOf(document: Json): readonly StepAt[] {
  const found: Omit<StepAt, 'order'>[] = [];
  const walk = (steps: Json | undefined, pointer: string): void => {
    for (const [index, step] of itemsOf(steps).entries()) {
      if (!isJsonObject(step)) continue;
      const at = below(pointer, index);
      const kinds = kindsOf(step);
      found.push({ pointer: at, step, kind: kinds.length === 1 ? kinds[0] : undefined });
      walk(step.parallel, below(at, 'parallel'));
      walk(step.during, below(at, 'during'));
    }
  };
  for (const [name, fragment] of entriesOf(memberOf(document, 'fragments'))) {
    walk(memberOf(fragment, 'steps'), below('/fragments', name, 'steps'));
  }
  walk(memberOf(document, 'setup'), '/setup');
  walk(memberOf(document, 'steps'), '/steps');
  for (const [index, entry] of itemsOf(memberOf(document, 'cases')).entries()) {
    walk(memberOf(entry, 'steps'), below('/cases', index, 'steps'));
  }
  walk(memberOf(document, 'finally'), '/finally');
  return found.map((step, order) => ({ ...step, order }));
}
