import { faultWords } from '../core/fault.ts';
import type { JsonObject } from '../core/json.ts';
import {
  boolean,
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
import type {
  AttemptSummary,
  ContainerSummary,
  FaultSummary,
  ImageSummary,
  RunSummary,
  ScenarioSummary,
  StepSummary,
  Summary,
  Totals,
} from './summary.ts';
import * as value from './value-shapes.ts';

export const jsonReportVersion = 1;

/** The JSON report: the summary, with what it is in front. */
export type JsonReport = {
  readonly format: 'mayfly-report';
  readonly version: typeof jsonReportVersion;
} & Summary;

const outcomes = ['passed', 'failed', 'errored', 'flaky', 'skipped', 'leaked', 'unfinished'] as const;
const stepOutcomes = ['passed', 'failed', 'errored', 'skipped', 'unfinished'] as const;
const outcome = oneOf(...outcomes);
const stepOutcome = oneOf(...stepOutcomes);

const run = object<RunSummary>({
  mayflyVersion: text,
  runId: text,
  seed: number,
  shard: optional(value.shard),
  startedAt: text,
  host: value.host,
});

const plainStep = object<StepSummary>({
  path: text,
  name: text,
  stepKind: value.stepKind,
  at: optional(value.location),
  in: optional(text),
  outcome: stepOutcome,
  reason: optional(text),
  durationMs: value.milliseconds,
  tries: count,
  facts: json,
  problems: list(value.problem),
  fault: optional(
    object<FaultSummary>({
      kind: oneOf(...faultWords),
      beganAtMs: value.milliseconds,
      ended: optional(
        object<NonNullable<FaultSummary['ended']>>({ lastedMs: value.milliseconds, undone: boolean }),
      ),
    }),
  ),
});

const step = withStepFacts(plainStep);

const container = object<ContainerSummary>({
  name: text,
  id: optional(text),
  image: optional(text),
  networks: value.networks,
  ports: value.ports,
  starts: count,
  startMs: value.milliseconds,
  readyMs: optional(value.milliseconds),
  ended: optional(
    object<NonNullable<ContainerSummary['ended']>>({
      code: count,
      signal: optional(text),
      oomKilled: boolean,
      expected: boolean,
    }),
  ),
  logTail: list(object<ContainerSummary['logTail'][number]>({ stream: value.stream, line: text })),
  logLines: count,
});

const image = object<ImageSummary>({
  name: text,
  id: text,
  digest: optional(text),
  sizeBytes: count,
  durationMs: value.milliseconds,
});

const attempt = object<AttemptSummary>({
  attempt: count,
  startedAtMs: value.milliseconds,
  outcome,
  reason: optional(text),
  durationMs: value.milliseconds,
  problems: list(value.problem),
  steps: list(named('step', step)),
  containers: list(named('container', container)),
  images: list(named('image', image)),
  leaks: list(value.leak),
  census: optional(
    object<NonNullable<AttemptSummary['census']>>({ left: count, durationMs: value.milliseconds }),
  ),
});

const scenario = object<ScenarioSummary>({
  id: text,
  name: text,
  description: text,
  file: text,
  tags: list(text),
  matrix: record(json),
  plannedServices: count,
  plannedSteps: count,
  outcome,
  reason: optional(text),
  durationMs: value.milliseconds,
  attempts: list(named('attempt', attempt)),
});

const totals = object<Totals>({
  scenarios: count,
  outcomes: object<Totals['outcomes']>({
    passed: count,
    failed: count,
    errored: count,
    flaky: count,
    skipped: count,
    leaked: count,
    unfinished: count,
  }),
  attempts: count,
  steps: count,
  stepOutcomes: object<Totals['stepOutcomes']>({
    passed: count,
    failed: count,
    errored: count,
    skipped: count,
    unfinished: count,
  }),
  containers: count,
  leaks: count,
  warnings: count,
});

const jsonReportShape: Shape<JsonReport> = object<JsonReport>({
  format: oneOf('mayfly-report'),
  version: oneOf(jsonReportVersion),
  run: optional(run),
  scenarios: list(named('scenario', scenario)),
  warnings: list(
    object<Summary['warnings'][number]>({
      scenario: optional(text),
      code: text,
      message: text,
      at: optional(value.location),
    }),
  ),
  snapshots: optional(
    list(
      object<NonNullable<Summary['snapshots']>[number]>({
        path: text,
        added: count,
        updated: count,
        removed: count,
      }),
    ),
  ),
  totals,
  durationMs: value.milliseconds,
  exitStatus: optional(count),
  interruptedBy: optional(text),
});

/** schema/report-json.schema.json. */
export function renderJsonReportSchema(): JsonObject {
  return renderSchema(
    jsonReportShape,
    'Mayfly report',
    'The document of `mayfly test --report json`. Times are milliseconds. `version` changes when a field changes its meaning or goes.',
  );
}
