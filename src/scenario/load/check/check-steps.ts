import { isJsonObject, type Json } from '../../../core/json.ts';
import type { StepKind } from '../../../core/step-kind.ts';
import { entriesOf, has, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import { canSee, type StepAt } from '../steps-of.ts';
import { checkConnectivity } from './check-connectivity.ts';
import { checkAwaited, checkSince } from './check-earlier-steps.ts';
import { checkFault } from './check-fault.ts';
import { serviceOfPath } from './name-uses.ts';

const inService: readonly string[] = ['in'];

/** Which modifiers do something on which kind of step (R18, R19); `id name timeout if eventually consistently` do on all. */
export const modifiersOf: Readonly<Record<StepKind, readonly string[]>> = {
  run: [
    'in',
    'user',
    'workdir',
    'environment',
    'stdin',
    'shell',
    'tty',
    'image',
    'networks',
    'background',
    'expect',
    'capture',
    'save',
  ],
  http: ['in', 'expect', 'capture', 'save'],
  wait: inService,
  files: inService,
  processes: inService,
  ports: inService,
  dns: inService,
  image: [],
  stats: inService,
  logs: ['in', 'capture', 'save'],
  copy: [],
  control: [],
  connectivity: [],
  isolation: inService,
  fault: ['during'],
  parallel: [],
  use: ['with'],
};

const particular = [
  'in',
  'user',
  'workdir',
  'environment',
  'stdin',
  'shell',
  'tty',
  'image',
  'networks',
  'background',
  'expect',
  'capture',
  'save',
  'during',
  'with',
];

const needsService: ReadonlySet<string> = new Set(['files', 'processes', 'ports', 'dns', 'stats']);

/** What the schema cannot say about a step, because one key depends on another. */
export function checkSteps(document: LoadedDocument, steps: readonly StepAt[]): void {
  checkIds(document, steps);
  for (const at of steps) {
    if (has(at.step, 'eventually') && has(at.step, 'consistently')) {
      const pointer = below(at.pointer, 'consistently');
      document.error(
        'SCENARIO_CONFLICT',
        'a step holds `eventually` or `consistently`, not both',
        document.keySpan(pointer),
        pointer,
      );
    }
    if (at.kind === undefined) continue;
    checkModifiers(document, at, at.kind);
    checkPlace(document, at, at.kind);
    checkCaptures(document, at, at.kind);
    if (at.kind === 'copy') checkCopy(document, at);
    if (at.kind === 'control') checkControl(document, at);
    if (at.kind === 'logs') checkSince(document, at, steps);
    if (at.kind === 'wait') checkAwaited(document, at, steps);
    if (at.kind === 'fault') checkFault(document, at);
    if (at.kind === 'connectivity') checkConnectivity(document, at);
    if (at.kind === 'parallel' || at.kind === 'use' || at.kind === 'fault')
      checkRepetition(document, at, at.kind);
  }
}

function checkIds(document: LoadedDocument, steps: readonly StepAt[]): void {
  const first = new Map<string, readonly StepAt[]>();
  for (const at of steps) {
    const id = textOf(at.step.id);
    if (id === undefined) continue;
    const before = first.get(id)?.find((other) => canSee(at.pointer, other.pointer));
    if (before === undefined) {
      first.set(id, [...(first.get(id) ?? []), at]);
      continue;
    }
    const pointer = below(at.pointer, 'id');
    const { line } = document.source.locate(document.keySpan(below(before.pointer, 'id')).start);
    document.error(
      'SCENARIO_CONFLICT',
      `the id \`${id}\` belongs to the step on line ${line}`,
      document.valueSpan(pointer),
      pointer,
      'give each step an id of its own',
    );
  }
}

function checkModifiers(document: LoadedDocument, { step, pointer }: StepAt, kind: StepKind): void {
  for (const modifier of particular) {
    if (!has(step, modifier) || modifiersOf[kind].includes(modifier) || modifier === kind) continue;
    const at = below(pointer, modifier);
    const hint = modifier === 'expect' ? `what should hold stands inside of \`${kind}:\`` : undefined;
    document.error(
      'SCENARIO_NO_EFFECT',
      `\`${modifier}\` has no effect on ${aStep(kind)}`,
      document.keySpan(at),
      at,
      hint,
    );
  }
  if (kind !== 'run') return;
  if (step.tty === true && memberOf(step.expect, 'stderr') !== undefined) {
    const at = below(pointer, 'expect', 'stderr');
    const message = '`stderr` has no effect on a step with `tty: true`: a terminal is one stream';
    document.error('SCENARIO_NO_EFFECT', message, document.keySpan(at), at, 'expect it in `stdout`');
  }
  if (!has(step, 'in')) return;
  if (has(step, 'image')) {
    const at = below(pointer, 'image');
    document.error(
      'SCENARIO_CONFLICT',
      'a `run` step happens in a service (`in`) or in a container of its own (`image`), not both',
      document.keySpan(at),
      at,
    );
  } else if (has(step, 'networks')) {
    const at = below(pointer, 'networks');
    document.error(
      'SCENARIO_NO_EFFECT',
      '`networks` has no effect on a step in a service, which has its own',
      document.keySpan(at),
      at,
    );
  }
}

/** A step that looks into a container says into which. */
function checkPlace(document: LoadedDocument, { step, pointer }: StepAt, kind: StepKind): void {
  const missing = (message: string, hint: string) =>
    document.error('SCENARIO_MISSING_KEY', message, document.keySpan(below(pointer, kind)), pointer, hint);
  if (has(step, 'in') || document.meant.has(below(pointer, 'in'))) return;
  if (kind === 'run' && !has(step, 'image'))
    missing(
      'a `run` step needs a place to run in',
      'add `in: SERVICE`, or `image: IMAGE` for a container of its own',
    );
  if (needsService.has(kind)) missing(`${aStep(kind)} needs a service to look at`, 'add `in: SERVICE`');
  if (kind === 'logs' && memberOf(step.logs, 'service') === undefined)
    missing('a `logs` step needs a service', 'add `service:` to it');
  const condition = step.wait;
  if (kind === 'wait' && isJsonObject(condition) && !has(condition, 'step'))
    missing('a `wait` for a condition needs a service to look at', 'add `in: SERVICE`');
}

function aStep(kind: StepKind): string {
  return `${/^[aeio]|^http/.test(kind) ? 'an' : 'a'} \`${kind}\` step`;
}

export const sourcesOf: Readonly<Partial<Record<StepKind, readonly string[]>>> = {
  run: ['stdout', 'stderr', 'output', 'exit'],
  http: ['body', 'headers', 'status'],
  logs: ['stdout', 'output'],
};

function checkCaptures(document: LoadedDocument, { step, pointer }: StepAt, kind: StepKind): void {
  const sources = sourcesOf[kind];
  if (sources === undefined) return;
  for (const [name, capture] of entriesOf(step.capture)) {
    const from = textOf(memberOf(capture, 'from'));
    const at = below(pointer, 'capture', name);
    if (from !== undefined && Object.values(sourcesOf).flat().includes(from) && !sources.includes(from)) {
      const place = below(at, 'from');
      document.error(
        'SCENARIO_CONFLICT',
        `${aStep(kind)} has no ${from} to capture`,
        document.valueSpan(place),
        place,
        `it has ${sources.join(', ')}`,
      );
    }
    const ways = ['json', 'regex', 'line'].filter((way) => isJsonObject(capture) && has(capture, way));
    if (ways.length > 1) {
      document.error(
        'SCENARIO_CONFLICT',
        `a capture takes one part: \`${ways[0]}\` or \`${ways[1]}\``,
        document.keySpan(below(at, ways[1] ?? '')),
        at,
      );
    }
  }
}

function checkCopy(document: LoadedDocument, { step, pointer }: StepAt): void {
  const ends = ['from', 'to'].map((end) => textOf(memberOf(step.copy, end)));
  if (ends.some((end) => end === undefined || end.startsWith('${{') || serviceOfPath(end) !== undefined))
    return;
  const at = below(pointer, 'copy');
  document.error(
    'SCENARIO_WRONG_VALUE',
    'neither end of the copy is in a service',
    document.keySpan(at),
    at,
    'write SERVICE:PATH at one end or both',
  );
}

/** Repeated, the steps inside would be told again and again. */
function checkRepetition(document: LoadedDocument, { step, pointer }: StepAt, kind: StepKind): void {
  for (const key of ['eventually', 'consistently'].filter((name) => has(step, name))) {
    const at = below(pointer, key);
    const hint = 'write it at the steps inside';
    document.error(
      'SCENARIO_NO_EFFECT',
      `\`${key}\` has no effect on ${aStep(kind)}`,
      document.keySpan(at),
      at,
      hint,
    );
  }
}

function checkControl(document: LoadedDocument, { step, pointer }: StepAt): void {
  const control: Json | undefined = step.control;
  if (!isJsonObject(control)) return;
  const action =
    Object.keys(control).find(
      (key) => !['network', 'signal', 'grace'].includes(key) && !key.startsWith('x-'),
    ) ?? '';
  const needsNetwork = action === 'connect' || action === 'disconnect';
  if (needsNetwork && !has(control, 'network')) {
    const at = below(pointer, 'control', action);
    document.error(
      'SCENARIO_MISSING_KEY',
      `\`${action}\` needs a network`,
      document.keySpan(at),
      at,
      'add `network: NAME`',
    );
  }
  const useless: readonly (readonly [string, boolean])[] = [
    ['network', needsNetwork],
    ['signal', action === 'kill'],
    ['grace', action === 'stop' || action === 'restart'],
  ];
  for (const [key, useful] of useless) {
    const at = below(pointer, 'control', key);
    if (has(control, key) && !useful)
      document.error(
        'SCENARIO_NO_EFFECT',
        `\`${key}\` has no effect on \`${action}\``,
        document.keySpan(at),
        at,
      );
  }
}
