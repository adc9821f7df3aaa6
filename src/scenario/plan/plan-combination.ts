import type { VolumeSpec } from '../../core/container.ts';
import { hostFeatures } from '../../core/host-feature.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import type { Scenario } from '../../core/scenario.ts';
import { stepsOfPlan } from '../../core/steps-of-plan.ts';
import type { Scope } from '../expression/scope.ts';
import { DocumentNode } from './document-node.ts';
import { ImageBook } from './image/image-book.ts';
import { environmentNames, interpolateDocument } from './interpolate-document.ts';
import { defaultNetwork, planNetworks } from './network/plan-networks.ts';
import { planPolicies } from './network/plan-policies.ts';
import { optionalKey } from './optional-key.ts';
import { planConfigs } from './plan-configs.ts';
import { identifyPlan } from './plan-id.ts';
import { planInvariants } from './plan-invariants.ts';
import type { PlanOptions } from './plan-options.ts';
import { type PlannedSecrets, planSecrets } from './plan-secrets.ts';
import { planVars } from './plan-vars.ts';
import type { Problems } from './problems.ts';
import { revalidate } from './revalidate.ts';
import { measureServices } from './service/measure-services.ts';
import { planScales } from './service/plan-scales.ts';
import { planServices } from './service/plan-services.ts';
import { interpolateStep } from './step/interpolate-step.ts';
import { planCases } from './step/plan-cases.ts';
import { planSteps } from './step/plan-steps.ts';

const evidence = ['logs', 'ps', 'sockets', 'fs-diff'] as const;

/** One combination of the matrix, planned. Problems are noted; the plan is of use only if there are none. */
export function planCombination(
  scenario: Scenario,
  matrix: Readonly<Record<string, Json>>,
  options: PlanOptions,
  problems: Problems,
): Omit<ScenarioPlan, 'warnings'> {
  const { scope, secrets } = staticScope(scenario, matrix, options, problems);
  const document = resolveDocument(scenario.document, scope, problems);
  const root = new DocumentNode(document, '', problems);
  const scales = planScales(root.child('services'), options.profiles);
  const images = new ImageBook(root.child('images'), options.scenarioDirectory);
  const networks = planNetworks(root.child('networks'), needsDefaultNetwork(root));
  const volumes = planVolumes(root.child('volumes'));
  const configs = planConfigs(root.child('configs'), options);
  const fragments = new DocumentNode(document.fragments, '/fragments', problems);
  const context = {
    scenario,
    options,
    images,
    networks,
    scales,
    fragments,
    scope,
    problems,
    using: [],
    expansion: { steps: 0 },
  };
  const services = planServices(root.child('services'), {
    ...context,
    addresses: new Map(),
    volumes: new Set(volumes.map((volume) => volume.name)),
    configs,
    secrets: secrets.contents,
  });
  const policies = planPolicies(root.child('policies'), {
    services,
    scales,
    networks,
    locate: scenario.locate,
  });
  const steps = planSteps(root.child(root.has('cases') ? 'setup' : 'steps'), context);
  const cases = planCases(root.child('cases'), context);
  const invariants = planInvariants(root.child('invariants'), services, scenario.locate);
  const finalSteps = planSteps(root.child('finally'), context);
  revalidate(scenario.document, document, problems);
  const upper = root.child('upper').oneOf(['auto', 'tmpfs', 'disk']);
  return {
    id: identifyPlan(scenario, matrix),
    name: root.child('name').scalarText() ?? scenario.name,
    description: root.child('description').scalarText() ?? scenario.description,
    file: scenario.file,
    tags: root.child('tags').texts(),
    matrix,
    vars: scope.vars ?? {},
    env: lateEnvironment(document, options),
    secrets: secrets.values,
    seed: options.seed,
    timeoutMs: root.child('timeout').durationMs() ?? options.defaults.timeoutMs,
    retries: root.child('retries').integer({ min: 0, max: 10 }) ?? options.defaults.retries,
    requires: root
      .child('requires')
      .items()
      .flatMap((item) => item.oneOf(hostFeatures) ?? []),
    images: images.used,
    networks: [...networks.values()].map(({ spec }) => ({
      ...spec,
      ...optionalKey('policy', policies.get(spec.name)),
    })),
    volumes,
    ...optionalKey('upper', upper === 'auto' ? undefined : upper),
    services: measureServices(services, stepsOfPlan({ steps, cases, finally: finalSteps }), invariants),
    steps,
    ...optionalKey('cases', root.has('cases') ? cases : undefined),
    finally: finalSteps,
    ...optionalKey('invariants', invariants.length === 0 ? undefined : invariants),
    onFailure: root
      .child('on_failure')
      .items()
      .flatMap((item) => item.oneOf(evidence) ?? []),
    sourceLine: scenario.sourceLine,
  };
}

interface StaticScope {
  readonly scope: Scope;
  readonly secrets: PlannedSecrets;
}

/** What expressions can read before anything runs (language.md R7). */
function staticScope(
  scenario: Scenario,
  matrix: Readonly<Record<string, Json>>,
  options: PlanOptions,
  problems: Problems,
): StaticScope {
  const { env } = options;
  const run = { id: options.runId ?? `plan${options.seed}`, seed: options.seed };
  const node = (key: string): DocumentNode => new DocumentNode(scenario.document[key], `/${key}`, problems);
  const secrets = planSecrets(node('secrets'), options);
  const vars = planVars(node('vars'), { env, matrix, run, secrets: secrets.values }, options, problems);
  return { secrets, scope: { env, matrix, run, secrets: secrets.values, vars } };
}

/** Already dealt with, or not text to interpolate. */
const otherKeys: ReadonlySet<string> = new Set(['vars', 'secrets', 'matrix', 'cases', 'fragments']);
const stepKeys: ReadonlySet<string> = new Set(['setup', 'steps', 'finally']);

function resolveDocument(document: JsonObject, scope: Scope, problems: Problems): JsonObject {
  const entries = Object.entries(document).map(([key, value]): [string, Json] => {
    if (otherKeys.has(key) || key.startsWith('x-')) return [key, value];
    if (!stepKeys.has(key) || !Array.isArray(value)) {
      return [key, interpolateDocument(value, `/${key}`, scope, 'all', problems)];
    }
    return [
      key,
      value.map((step: Json, index) => interpolateStep(step, `/${key}/${index}`, scope, problems)),
    ];
  });
  return Object.fromEntries(entries);
}

/** R11: a service that names no network joins `default`; services and steps may also name it undeclared. */
function needsDefaultNetwork(root: DocumentNode): boolean {
  const names = (networks: DocumentNode): boolean =>
    networks.has(defaultNetwork) ||
    (networks.isList && networks.items().some((item) => item.value === defaultNetwork));
  const services = root
    .child('services')
    .entries()
    .map(([, service]) => service);
  const ofCases = root
    .child('cases')
    .items()
    .map((one) => one.child('steps'));
  const steps = [...[...stepKeys].map((key) => root.child(key)), ...ofCases].flatMap((list) => list.items());
  return (
    services.some((one) => !one.child('networks').present && !one.child('network_mode').present) ||
    [...services, ...steps].some((one) => names(one.child('networks')))
  );
}

function planVolumes(volumes: DocumentNode): readonly VolumeSpec[] {
  return volumes
    .entries()
    .map(([name, node]) => ({ name, ...optionalKey('sizeBytes', node.child('size').sizeBytes()) }));
}

/** Only what late expressions of steps still read: the rest of the runner's environment stays out of the plan. */
function lateEnvironment(document: JsonObject, options: PlanOptions): Readonly<Record<string, string>> {
  const names = [...stepKeys, 'cases', 'fragments'].flatMap((key) => environmentNames(document[key] ?? null));
  const entries = names.flatMap((name) => {
    const value = options.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}
