import { eventVersion, type MayflyEvent } from '../core/event.ts';
import { faultWords } from '../core/fault.ts';
import type { JsonObject } from '../core/json.ts';
import {
  boolean,
  byKind,
  count,
  json,
  list,
  named,
  number,
  object,
  oneOf,
  optional,
  record,
  renderSchema,
  type Shape,
  text,
} from './shape.ts';
import { withStepFacts } from './step-facts-shape.ts';
import * as value from './value-shapes.ts';

type OfKind<K extends MayflyEvent['kind']> = Extract<MayflyEvent, { readonly kind: K }>;

const atMs = number;
const scenario = text;

const runStarted = object<OfKind<'runStarted'>>(
  {
    kind: oneOf('runStarted'),
    atMs,
    version: oneOf(eventVersion),
    mayflyVersion: text,
    runId: text,
    seed: number,
    shard: optional(value.shard),
    startedAt: text,
    host: value.host,
  },
  'The first line of every stream.',
);

const runFinished = object<OfKind<'runFinished'>>(
  { kind: oneOf('runFinished'), atMs, exitStatus: count, interruptedBy: optional(text) },
  'The last line of every stream that came to its end.',
);

const scenarioPlanned = object<OfKind<'scenarioPlanned'>>({
  kind: oneOf('scenarioPlanned'),
  atMs,
  scenario,
  name: text,
  description: text,
  file: text,
  tags: list(text),
  matrix: record(json),
  services: count,
  steps: count,
});

const scenarioStarted = object<OfKind<'scenarioStarted'>>(
  { kind: oneOf('scenarioStarted'), atMs, scenario, attempt: count },
  'An attempt begins, counted from 1.',
);

const scenarioFinished = object<OfKind<'scenarioFinished'>>(
  {
    kind: oneOf('scenarioFinished'),
    atMs,
    scenario,
    attempt: count,
    outcome: value.outcome,
    final: boolean,
    durationMs: value.milliseconds,
    reason: optional(text),
    problems: list(value.problem),
  },
  'An attempt has ended; no further one follows if it is final.',
);

const imageProgress = object<OfKind<'imageProgress'>>({
  kind: oneOf('imageProgress'),
  atMs,
  scenario,
  image: text,
  line: text,
});

const imagePrepared = object<OfKind<'imagePrepared'>>({
  kind: oneOf('imagePrepared'),
  atMs,
  scenario,
  image: text,
  id: text,
  digest: optional(text),
  sizeBytes: count,
  durationMs: value.milliseconds,
});

const containerStarted = object<OfKind<'containerStarted'>>({
  kind: oneOf('containerStarted'),
  atMs,
  scenario,
  container: text,
  id: text,
  image: text,
  networks: value.networks,
  ports: value.ports,
  durationMs: value.milliseconds,
});

const containerReady = object<OfKind<'containerReady'>>({
  kind: oneOf('containerReady'),
  atMs,
  scenario,
  container: text,
  durationMs: value.milliseconds,
});

const containerEnded = object<OfKind<'containerEnded'>>(
  {
    kind: oneOf('containerEnded'),
    atMs,
    scenario,
    container: text,
    code: count,
    signal: optional(text),
    oomKilled: boolean,
    expected: boolean,
    restarting: optional(boolean),
  },
  'Expected: ended at teardown or by a step, not by itself. Restarting: it is started again.',
);

const logWritten = object<OfKind<'logWritten'>>({
  kind: oneOf('logWritten'),
  atMs,
  scenario,
  container: text,
  stream: value.stream,
  line: text,
});

const stepStarted = object<OfKind<'stepStarted'>>({
  kind: oneOf('stepStarted'),
  atMs,
  scenario,
  attempt: count,
  step: text,
  name: text,
  stepKind: value.stepKind,
  at: value.location,
  in: optional(text),
});

const plainStepFinished = object<OfKind<'stepFinished'>>({
  kind: oneOf('stepFinished'),
  atMs,
  scenario,
  attempt: count,
  step: text,
  name: text,
  stepKind: value.stepKind,
  outcome: oneOf('passed', 'failed', 'errored', 'skipped'),
  reason: optional(text),
  durationMs: value.milliseconds,
  tries: count,
  facts: json,
  problems: list(value.problem),
});

const stepFinished = withStepFacts(plainStepFinished);

const ofFault = {
  atMs,
  scenario,
  attempt: count,
  step: text,
  fault: oneOf(...faultWords),
  name: text,
};

const faultBegan = object<OfKind<'faultBegan'>>(
  { kind: oneOf('faultBegan'), ...ofFault },
  'From here on a fault is in effect.',
);

const faultEnded = object<OfKind<'faultEnded'>>(
  { kind: oneOf('faultEnded'), ...ofFault, lastedMs: value.milliseconds, undone: boolean },
  'Undone: false when undoing it failed, which is a problem of its step.',
);

const leakFound = object<OfKind<'leakFound'>>({
  kind: oneOf('leakFound'),
  atMs,
  scenario,
  leak: value.leak,
});

const censusTaken = object<OfKind<'censusTaken'>>(
  { kind: oneOf('censusTaken'), atMs, scenario, left: count, durationMs: value.milliseconds },
  'The proof of teardown: how much was left.',
);

const snapshotsWritten = object<OfKind<'snapshotsWritten'>>({
  kind: oneOf('snapshotsWritten'),
  atMs,
  path: text,
  added: count,
  updated: count,
  removed: count,
});

const warningRaised = object<OfKind<'warningRaised'>>({
  kind: oneOf('warningRaised'),
  atMs,
  scenario: optional(text),
  code: text,
  message: text,
  at: optional(value.location),
});

/** Every event of the stream, by its kind. */
export const eventShape: Shape<MayflyEvent> = byKind<MayflyEvent>({
  runStarted: named('runStarted', runStarted),
  runFinished: named('runFinished', runFinished),
  scenarioPlanned: named('scenarioPlanned', scenarioPlanned),
  scenarioStarted: named('scenarioStarted', scenarioStarted),
  scenarioFinished: named('scenarioFinished', scenarioFinished),
  imageProgress: named('imageProgress', imageProgress),
  imagePrepared: named('imagePrepared', imagePrepared),
  containerStarted: named('containerStarted', containerStarted),
  containerReady: named('containerReady', containerReady),
  containerEnded: named('containerEnded', containerEnded),
  logWritten: named('logWritten', logWritten),
  stepStarted: named('stepStarted', stepStarted),
  stepFinished: named('stepFinished', stepFinished),
  faultBegan: named('faultBegan', faultBegan),
  faultEnded: named('faultEnded', faultEnded),
  leakFound: named('leakFound', leakFound),
  censusTaken: named('censusTaken', censusTaken),
  snapshotsWritten: named('snapshotsWritten', snapshotsWritten),
  warningRaised: named('warningRaised', warningRaised),
});

/** schema/report-event.schema.json. */
export function renderEventSchema(): JsonObject {
  return renderSchema(
    eventShape,
    'Mayfly event',
    'One line of `mayfly test --report ndjson`. Times are milliseconds since the run began.',
  );
}
