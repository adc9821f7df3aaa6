import type { Json, JsonObject } from '../../../src/core/json.ts';
import { isJsonObject } from '../../../src/core/json.ts';
import { MayflyErrors } from '../../../src/core/mayfly-error.ts';
import type { ContainerTemplate, ScenarioPlan, ServicePlan } from '../../../src/core/plan.ts';
import type { Scenario } from '../../../src/core/scenario.ts';
import { below } from '../../../src/scenario/load/json-pointer.ts';
import { allowNothing, type PlanOptions, planDefaults } from '../../../src/scenario/plan/plan-options.ts';
import { planScenario } from '../../../src/scenario/plan/plan-scenario.ts';

/** A scenario without a file: every value of the document has a line of its own, `key: value`. */
export function scenarioOf(document: JsonObject, file = 'test.yaml'): Scenario {
  const places = [...placesOf(document, '')];
  const lineOf = new Map(places.map(([pointer], index) => [pointer, index + 1]));
  return {
    file,
    documentIndex: 0,
    name: 'test',
    description: '',
    tags: [],
    document,
    locate: (pointer) => ({ file, line: lineOf.get(nearest(pointer, lineOf)) ?? 1, column: 1 }),
    sourceLine: (line) => places[line - 1]?.[1] ?? '',
    warnings: [],
  };
}

/** A missing key is shown where its mapping is. */
function nearest(pointer: string, lineOf: ReadonlyMap<string, number>): string {
  let place = pointer;
  while (!lineOf.has(place) && place !== '') place = place.slice(0, place.lastIndexOf('/'));
  return place;
}

function* placesOf(value: Json, pointer: string): Generator<readonly [string, string]> {
  const key = pointer.slice(pointer.lastIndexOf('/') + 1);
  yield [pointer, typeof value === 'object' ? `${key}:` : `${key}: ${String(value)}`];
  const entries = Array.isArray(value)
    ? [...value.entries()]
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  for (const [token, item] of entries) yield* placesOf(item, below(pointer, token));
}

export const testOptions: PlanOptions = {
  seed: 7,
  vars: {},
  env: {},
  defaults: planDefaults,
  scenarioDirectory: '/work/scenarios',
  allow: allowNothing,
  profiles: [],
  fileExists: () => true,
  readText: () => '',
};

/** The least a service needs. */
const images: JsonObject = { tools: { host: ['sh'] } };

export function planOf(document: JsonObject, options: Partial<PlanOptions> = {}): ScenarioPlan {
  const [plan] = planScenario(scenarioOf({ images, ...document }), { ...testOptions, ...options });
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

/** The plan of one service `web` with these keys, and whatever else the document says. */
export function serviceOf(
  service: JsonObject,
  document: JsonObject = {},
  options: Partial<PlanOptions> = {},
): ServicePlan {
  const plan = planOf({ ...document, services: { web: { image: 'tools', ...service } } }, options);
  const found = plan.services.find((one) => one.name === 'web');
  if (found === undefined) throw new Error('no service');
  return found;
}

export function containerOf(
  service: JsonObject,
  document: JsonObject = {},
  options: Partial<PlanOptions> = {},
): ContainerTemplate {
  return serviceOf(service, document, options).container;
}

/** Everything that is wrong, as `CODE at /pointer: message`. */
export function problemsOf(document: JsonObject, options: Partial<PlanOptions> = {}): readonly string[] {
  const whole = { images, ...document };
  const pointers = [...placesOf(whole, '')].map(([pointer]) => pointer);
  try {
    planScenario(scenarioOf(whole), { ...testOptions, ...options });
  } catch (error) {
    if (!(error instanceof MayflyErrors)) throw error;
    return error.errors.map(
      ({ code, message, at }) => `${code} at ${pointers[(at?.line ?? 1) - 1]}: ${message}`,
    );
  }
  return [];
}

export function serviceProblems(
  service: JsonObject,
  document: JsonObject = {},
  options: Partial<PlanOptions> = {},
): readonly string[] {
  return problemsOf({ ...document, services: { web: { image: 'tools', ...service } } }, options);
}
