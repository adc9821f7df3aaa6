import type { CheckResult } from '../core/check-result.ts';
import { type CheckFacts, type IsolationFacts, isolationProfiles } from '../core/isolation-facts.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { connectivityShape } from './connectivity-shape.ts';
import { list, named, object, oneOf, optional, record, type Shape, text } from './shape.ts';

const results: readonly CheckResult[] = ['pass', 'fail', 'inconclusive', 'unsupported', 'n/a'];

const check = object<CheckFacts>({
  result: oneOf(...results),
  evidence: list(text),
  excepted: optional(text),
});

/** The facts of an `isolation` step. */
const isolationShape = object<IsolationFacts>({
  profile: oneOf(...isolationProfiles),
  summary: text,
  afterwards: record(text),
  services: record(record(check)),
});

type FactsShape = Pick<Shape<never>, 'schema' | 'definitions' | 'findFault'>;

/** Kinds of steps whose facts have a form of their own. */
const shapes = new Map<string, FactsShape>([
  ['connectivity', named('connectivityFacts', connectivityShape)],
  ['isolation', named('isolationFacts', isolationShape)],
]);

/** A step that came to no facts, or to no end, has none, whatever its kind. */
const none: JsonObject = { type: ['object', 'null'], maxProperties: 0 };
const isNone = (facts: Json): boolean =>
  facts === null || (isJsonObject(facts) && Object.keys(facts).length === 0);

/** What a step's facts are, by its kind. */
export function withStepFacts<T extends { readonly stepKind: string; readonly facts: Json }>(
  step: Shape<T>,
): Shape<T> {
  const cases = [...shapes].map(
    ([kind, { schema }]): JsonObject => ({
      anyOf: [
        { properties: { stepKind: { not: { const: kind } } } },
        { properties: { facts: { anyOf: [none, schema] } } },
      ],
    }),
  );
  return {
    schema: { ...step.schema, allOf: cases },
    definitions: Object.assign({}, step.definitions, ...[...shapes.values()].map((each) => each.definitions)),
    findFault: (value, path) => step.findFault(value, path) ?? findFaultOfFacts(value, path),
  };
}

function findFaultOfFacts(value: Json, path: string): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const { stepKind, facts = null } = value;
  const shape = shapes.get(String(stepKind));
  if (shape === undefined || isNone(facts)) return undefined;
  return shape.findFault(facts, path === '' ? 'facts' : `${path}.facts`);
}
