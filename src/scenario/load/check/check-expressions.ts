import { didYouMean } from '../../../core/did-you-mean.ts';
import type { Json } from '../../../core/json.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { ExpressionError } from '../../expression/expression-error.ts';
import { type Reference, referencesOf, referencesOfCondition } from '../../expression/references.ts';
import { entriesOf, itemsOf, memberOf } from '../json-access.ts';
import { below, parentOf } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { Span } from '../source-text.ts';
import { spanInText } from '../span-in-text.ts';
import type { StepAt } from '../steps-of.ts';
import { checkCaseReference } from './check-case-reference.ts';
import { checkInputReference } from './check-input-reference.ts';
import { declaredNames } from './check-names.ts';
import { checkServiceReference } from './check-service-reference.ts';
import { checkStepReference, type StepsInScope } from './check-step-reference.ts';

export interface ExpressionInput {
  readonly steps: readonly StepAt[];
  /** Variables given from outside (`--var`). */
  readonly vars: readonly string[];
}

interface Where {
  readonly document: LoadedDocument;
  readonly pointer: string;
  readonly span: Span;
}

/** Every name in `${{ }}` and `if:` exists, and exists by then. Returns the variables that are used. */
export function checkExpressions(document: LoadedDocument, input: ExpressionInput): ReadonlySet<string> {
  const usedVars = new Set<string>();
  const known = knownNames(document.json, input);
  const byPointer = new Map(input.steps.map((step) => [step.pointer, step]));
  for (const { text, pointer, isCondition } of textsWithExpressions(document.json, input.steps)) {
    for (const reference of referencesAt(document, text, pointer, isCondition)) {
      if (reference.path[0] === 'vars' && reference.path[1] !== undefined) usedVars.add(reference.path[1]);
      if (reference.optional) continue;
      const span = spanInText(document, pointer, text, reference.offset, reference.length);
      checkReference(reference, { document, pointer, span }, known, {
        steps: input.steps,
        current: stepAt(byPointer, pointer),
      });
    }
  }
  return usedVars;
}

function referencesAt(
  document: LoadedDocument,
  text: string,
  pointer: string,
  isCondition: boolean,
): readonly Reference[] {
  try {
    return isCondition ? referencesOfCondition(text) : referencesOf(text);
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    const span =
      error instanceof ExpressionError
        ? spanInText(document, pointer, text, error.offset, error.length)
        : document.valueSpan(pointer);
    document.error(error.code, error.message, span, pointer, error.hint);
    return [];
  }
}

type Known = Readonly<Record<'vars' | 'matrix' | 'secrets' | 'services', readonly string[]>>;

function knownNames(json: Json, { vars }: ExpressionInput): Known {
  const matrix = memberOf(json, 'matrix');
  const keys = entriesOf(matrix).map(([name]) => name);
  const included = itemsOf(memberOf(matrix, 'include')).flatMap((entry) =>
    entriesOf(entry).map(([name]) => name),
  );
  return {
    vars: [...entriesOf(memberOf(json, 'vars')).map(([name]) => name), ...vars],
    matrix: [...keys.filter((name) => name !== 'include' && name !== 'exclude'), ...included],
    secrets: declaredNames(json, 'secret'),
    services: declaredNames(json, 'service'),
  };
}

const titles = { vars: 'variable', matrix: 'matrix value', secrets: 'secret', services: 'service' } as const;

function checkReference(reference: Reference, where: Where, known: Known, scope: StepsInScope): void {
  const [namespace, name, ...following] = reference.path;
  const { document, span, pointer } = where;
  if (name === undefined) return;
  switch (namespace) {
    case 'steps':
      checkStepReference(name, following[0], where, scope);
      return;
    case 'case':
      checkCaseReference(name, where);
      return;
    case 'inputs':
      checkInputReference(name, where);
      return;
    case 'run':
      if (name !== 'id' && name !== 'seed')
        document.error(
          'EXPRESSION_UNDEFINED',
          `there is no \`run.${name}\``,
          span,
          pointer,
          'there are run.id and run.seed',
        );
      return;
    case 'vars':
    case 'matrix':
    case 'secrets':
    case 'services':
      if (!known[namespace].includes(name)) reportUnknown(namespace, name, where, known[namespace]);
      else if (namespace === 'services')
        checkServiceReference(name, following, where, scope.current !== undefined);
      return;
    default:
      return;
  }
}

function reportUnknown(
  namespace: keyof typeof titles,
  name: string,
  { document, span, pointer }: Where,
  known: readonly string[],
): void {
  const near = didYouMean(name, known);
  const hint =
    near === undefined ? `declare it under \`${namespace}:\`` : `did you mean \`${namespace}.${near}\`?`;
  document.error('SCENARIO_UNDECLARED', `there is no ${titles[namespace]} \`${name}\``, span, pointer, hint);
}

/** The innermost step around a place. */
function stepAt(steps: ReadonlyMap<string, StepAt>, pointer: string): StepAt | undefined {
  for (let at = pointer; at !== ''; at = parentOf(at)) {
    const step = steps.get(at);
    if (step !== undefined) return step;
  }
  return undefined;
}

interface TextAt {
  readonly text: string;
  readonly pointer: string;
  readonly isCondition: boolean;
}

function textsWithExpressions(json: Json, steps: readonly StepAt[]): readonly TextAt[] {
  const found: TextAt[] = [];
  const conditions = new Set(steps.map(({ pointer }) => below(pointer, 'if')));
  const walk = (value: Json, pointer: string): void => {
    if (typeof value === 'string') {
      const isCondition = conditions.has(pointer) && !value.includes('${{');
      if (isCondition || value.includes('${{')) found.push({ text: value, pointer, isCondition });
      return;
    }
    for (const [index, item] of itemsOf(value).entries()) walk(item, below(pointer, index));
    for (const [name, member] of entriesOf(value)) walk(member, below(pointer, name));
  };
  walk(json, '');
  return found;
}
