import { isJsonObject, type Json } from '../../../core/json.ts';
import type { Scenario, Step } from '../../../core/scenario.ts';
import { type StepKind, stepKinds } from '../../../core/step-kind.ts';
import { parseDurationMs } from '../../../core/units.ts';
import type { Scope } from '../../expression/scope.ts';
import type { DocumentNode } from '../document-node.ts';
import type { ImageBook } from '../image/image-book.ts';
import { defaultNetwork, type PlannedNetwork } from '../network/plan-networks.ts';
import { optionalKey } from '../optional-key.ts';
import { parseReadyCondition } from '../parse-ready.ts';
import type { PlanOptions } from '../plan-options.ts';
import type { Problems } from '../problems.ts';
import { resolveInstance, type Scales } from '../service/instance-names.ts';
import { nameInstances } from './name-instances.ts';
import { parseCapture } from './parse-capture.ts';
import { planExecution } from './plan-execution.ts';
import { planUse } from './plan-use.ts';
import { nameOfStep } from './step-name.ts';

export interface StepContext {
  readonly scenario: Scenario;
  readonly options: PlanOptions;
  readonly images: ImageBook;
  readonly networks: ReadonlyMap<string, PlannedNetwork>;
  readonly scales: Scales;
  /** As written: each `use` puts in its own inputs. */
  readonly fragments: DocumentNode;
  /** What expressions of fragments see; without their inputs. */
  readonly scope: Scope;
  readonly problems: Problems;
  /** The fragments that the steps at hand are in, the outermost first. */
  readonly using: readonly string[];
  /** How many steps fragments have made so far. */
  readonly expansion: { steps: number };
}

/** How often `eventually` and `consistently` look when nothing is said. */
const defaultEveryMs = 100;

export function planSteps(steps: DocumentNode, context: StepContext): readonly Step[] {
  return steps.items().flatMap((step) => planStep(step, context) ?? []);
}

function planStep(node: DocumentNode, context: StepContext): Step | undefined {
  const kind = kindOf(node);
  if (kind === undefined) return undefined;
  const value =
    kind === 'parallel' ? null : nameInstances(kind, node.child(kind), context.scales, context.options);
  const group = planGroup(kind, node, context);
  checkValue(kind, node.child(kind));
  const expect = node.child('expect').value;
  return {
    kind,
    ...optionalKey('id', node.child('id').text()),
    name: node.child('name').text() ?? nameOfStep(kind, value),
    at: context.scenario.locate(node.pointer),
    path: node.pointer,
    value,
    ...planPlace(kind, node, context),
    ...planExecution(node, context.options),
    timeoutMs: node.child('timeout').durationMs() ?? timeoutOf(kind, node, group, context),
    ...optionalKey('if', conditionText(node.child('if'))),
    background: node.child('background').boolean() ?? false,
    ...optionalKey('expect', isJsonObject(expect) ? expect : undefined),
    capture: parseCapture(node.child('capture')),
    ...planRepetition(node),
    ...optionalKey('save', readSave(node.child('save'))),
    ...group,
  };
}

function planGroup(kind: StepKind, node: DocumentNode, context: StepContext): Pick<Step, 'steps' | 'with'> {
  if (kind === 'use') return planUse(node, context);
  const holder = kind === 'parallel' ? 'parallel' : kind === 'fault' ? 'during' : undefined;
  return holder === undefined ? {} : { steps: planSteps(node.child(holder), context) };
}

/** A time-out bounds one try of several. */
function longestMs({ timeoutMs, eventually, consistently }: Step): number {
  if (eventually !== undefined) return eventually.withinMs;
  return consistently === undefined ? timeoutMs : consistently.forMs + timeoutMs;
}

/** What holds steps may take as long as they may. */
function timeoutOf(
  kind: StepKind,
  node: DocumentNode,
  { steps = [] }: Pick<Step, 'steps'>,
  context: StepContext,
): number {
  const { stepTimeoutMs } = context.options.defaults;
  const times = steps.map(longestMs);
  if (kind === 'fault') {
    const leastMs = parseDurationMs(String(node.child('fault').child('for').value)) ?? 0;
    return stepTimeoutMs + Math.max(leastMs, sumOf(times));
  }
  if (times.length === 0) return stepTimeoutMs;
  return kind === 'parallel' ? Math.max(...times) : sumOf(times);
}

const sumOf = (times: readonly number[]): number => times.reduce((sum, ms) => sum + ms, 0);

/** `image` is a kind only when it is a mapping; with a name it is where a one-shot `run` starts from. */
function kindOf(node: DocumentNode): StepKind | undefined {
  const kinds = stepKinds.filter((kind) => node.has(kind) && (kind !== 'image' || node.child(kind).isMap));
  const [kind] = kinds;
  if (kind !== undefined && kinds.length === 1) return kind;
  if (kind === undefined)
    node.fail('SCENARIO_MISSING_KEY', 'a step that does nothing', `write one of ${stepKinds.join(', ')}`);
  else
    node.fail(
      'SCENARIO_CONFLICT',
      `a step is exactly one of ${kinds.join(', ')}`,
      'make several steps of it',
    );
  return undefined;
}

/** What interpolation may have spoiled and the runner would only meet late. */
function checkValue(kind: StepKind, value: DocumentNode): void {
  if (kind !== 'wait') return;
  const text = typeof value.value === 'string' ? value.value : undefined;
  if (text?.includes('${{') === true) return;
  if (text !== undefined && parseDurationMs(text) === undefined) value.durationMs();
  if (value.isMap && !value.has('step') && !JSON.stringify(value.value).includes('${{')) {
    parseReadyCondition(value);
    value.child('within').durationMs();
    value.child('every').durationMs();
  }
}

type Place = Pick<Step, 'in' | 'image' | 'networks'>;

/** Where the step happens: in a service, or for a `run` in a container of its own. */
function planPlace(kind: StepKind, node: DocumentNode, context: StepContext): Place {
  const place = node.child('in');
  const text = place.text();
  const image = node.child('image');
  if (text !== undefined) {
    if (kind === 'run' && image.present)
      image.fail('SCENARIO_CONFLICT', '`image` beside `in`', 'keep one of the two');
    return optionalKey('in', resolveInstance(place, text, context.scales));
  }
  // What is looked at must be there, too.
  if (kind === 'image') return optionalKey('image', context.images.requestFor(image.child('name')));
  if (kind !== 'run') return {};
  if (!image.present) {
    node.fail(
      'SCENARIO_MISSING_KEY',
      'a `run` needs a place',
      'say `in: SERVICE`, or `image:` for a container of its own',
    );
    return {};
  }
  return {
    ...optionalKey('image', context.images.requestFor(image)),
    networks: networksOfOneShot(node.child('networks'), context),
  };
}

/** As a service it is on `default` when it names no network, if the scenario has one. */
function networksOfOneShot(node: DocumentNode, context: StepContext): readonly string[] {
  if (!node.present) return context.networks.has(defaultNetwork) ? [defaultNetwork] : [];
  return node.items().flatMap((item) => {
    const name = item.text();
    if (name === undefined) return [];
    if (context.networks.has(name)) return [name];
    item.fail('SCENARIO_UNDECLARED', `network \`${name}\` is not declared`, 'declare it under `networks:`');
    return [];
  });
}

function planRepetition(node: DocumentNode): Pick<Step, 'eventually' | 'consistently'> {
  const eventually = node.child('eventually');
  const consistently = node.child('consistently');
  if (eventually.present && consistently.present) {
    consistently.fail(
      'SCENARIO_CONFLICT',
      '`eventually` and `consistently` in one step',
      'make two steps of it',
    );
  }
  const withinMs = eventually.child('within').durationMs();
  const forMs = consistently.child('for').durationMs();
  return {
    ...optionalKey(
      'eventually',
      withinMs === undefined ? undefined : { withinMs, everyMs: every(eventually) },
    ),
    ...optionalKey('consistently', forMs === undefined ? undefined : { forMs, everyMs: every(consistently) }),
  };
}

function every(node: DocumentNode): number {
  return node.child('every').durationMs() ?? defaultEveryMs;
}

function conditionText(node: DocumentNode): string | undefined {
  const value: Json | undefined = node.value;
  return typeof value === 'boolean' ? String(value) : node.text();
}

function readSave(node: DocumentNode): string | undefined {
  const path = node.text();
  if (path === undefined) return undefined;
  if (!path.startsWith('/') && !path.split('/').includes('..')) return path;
  node.fail(
    'SCENARIO_FORBIDDEN',
    `\`${path}\` would lie outside of --output`,
    'write a relative path without ..',
  );
  return undefined;
}
