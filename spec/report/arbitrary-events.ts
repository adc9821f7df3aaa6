import fc from 'fast-check';
import type { MayflyEvent, Problem } from '../../src/core/event.ts';
import type { Json } from '../../src/core/json.ts';
import { stepKinds } from '../../src/core/step-kind.ts';
import {
  censusTaken,
  containerEnded,
  containerReady,
  containerStarted,
  faultBegan,
  faultEnded,
  finished,
  imagePrepared,
  imageProgress,
  leakFound,
  logWritten,
  planned,
  runFinished,
  runStarted,
  snapshotsWritten,
  started,
  stepFinished,
  stepStarted,
  warningRaised,
} from './sample-events.ts';

/** Text as hostile as text can be: every code point, lone surrogates, escape sequences, very long lines. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '\x1b[2J\x1b]0;pwned\x07',
    '\u202egnp.exe',
    '</testcase>]]>&',
    '日本語 👩‍👩‍👧',
    'a\tb\r\n',
    '\x9b31m',
    'x'.repeat(2000),
  ),
);

const anyJson: fc.Arbitrary<Json> = fc.json().map((text): Json => JSON.parse(text));
const scenario = fc.constantFrom('a.yaml', 'b.yaml[x=1]', './c/d.yml#2');
const container = fc.constantFrom('web', 'db');
const step = fc.constantFrom('/steps/0', '/steps/1', '/steps/1/during/0', '/finally/0');
const attempt = fc.integer({ min: 1, max: 3 });
const ms = fc.double({ min: 0, max: 1e7, noNaN: true }).map((value) => value + 0);
const location = fc.record({ file: anyText, line: fc.nat(9999), column: fc.integer({ min: 1, max: 3000 }) });

const problem: fc.Arbitrary<Problem> = fc.record(
  {
    code: fc.constantFrom('TIMEOUT', 'EXPECTATION_FAILED'),
    message: anyText,
    hint: anyText,
    at: location,
    sourceLine: anyText,
    subject: anyText,
    expected: anyText,
    actual: anyText,
    diff: fc.array(anyText, { maxLength: 5 }),
    logs: fc.dictionary(container, fc.array(anyText, { maxLength: 4 })),
  },
  { requiredKeys: ['code', 'message'] },
);
const problems = fc.array(problem, { maxLength: 2 });
const outcome = fc.constantFrom('passed', 'failed', 'errored', 'flaky', 'skipped', 'leaked' as const);
const stepOutcome = fc.constantFrom('passed', 'failed', 'errored', 'skipped' as const);

/** `reason` or nothing: an absent key and an undefined one are different things. */
const reason = fc
  .option(anyText, { nil: undefined })
  .map((text) => (text === undefined ? {} : { reason: text }));

const events: readonly fc.Arbitrary<MayflyEvent>[] = [
  fc
    .tuple(scenario, anyText, fc.dictionary(anyText, anyJson), fc.nat(4))
    .map(([id, name, matrix, steps]) =>
      planned(id, { name, matrix, steps, description: name, tags: [name], file: name }),
    ),
  fc.tuple(scenario, attempt).map(([id, n]) => started(id, { attempt: n })),
  fc
    .tuple(scenario, attempt, outcome, fc.boolean(), ms, problems, reason)
    .map(([id, n, result, final, durationMs, list, why]) =>
      finished(id, { attempt: n, outcome: result, final, durationMs, problems: list, ...why }),
    ),
  fc.tuple(scenario, anyText).map(([id, line]) => imageProgress(id, { line })),
  fc
    .tuple(scenario, anyText, fc.nat())
    .map(([id, image, sizeBytes]) => imagePrepared(id, { image, sizeBytes })),
  fc
    .tuple(scenario, container, ms)
    .map(([id, name, durationMs]) => containerStarted(id, name, { durationMs })),
  fc.tuple(scenario, container).map(([id, name]) => containerReady(id, name)),
  fc
    .tuple(scenario, container, fc.boolean(), fc.boolean())
    .map(([id, name, oomKilled, expected]) => containerEnded(id, name, { oomKilled, expected })),
  fc.tuple(scenario, container, anyText).map(([id, name, line]) => logWritten(id, name, line)),
  fc
    .tuple(scenario, attempt, step, anyText, fc.constantFrom(...stepKinds), location)
    .map(([id, n, path, name, stepKind, at]) =>
      stepStarted(id, { attempt: n, step: path, name, stepKind, at, in: name }),
    ),
  fc
    .tuple(scenario, attempt, step, anyText, stepOutcome, anyJson, problems, reason)
    .map(([id, n, path, name, result, facts, list, why]) =>
      stepFinished(id, { attempt: n, step: path, name, outcome: result, facts, problems: list, ...why }),
    ),
  fc
    .tuple(scenario, attempt, step, anyText)
    .map(([id, n, path, name]) => faultBegan(id, { attempt: n, step: path, name })),
  fc
    .tuple(scenario, attempt, step, anyText, ms, fc.boolean())
    .map(([id, n, path, name, lastedMs, undone]) =>
      faultEnded(id, { attempt: n, step: path, name, lastedMs, undone }),
    ),
  fc.tuple(scenario, anyText).map(([id, what]) => leakFound(id, { leak: { kind: 'file', what } })),
  fc.tuple(scenario, fc.nat(4)).map(([id, left]) => censusTaken(id, { left })),
  fc.tuple(anyText, fc.nat(3)).map(([path, removed]) => snapshotsWritten({ path, removed })),
  fc.tuple(anyText, location).map(([message, at]) => warningRaised({ message, at })),
];

/** Events of a few scenarios in any order at all: also in orders that no runner makes. */
export const anyStream: fc.Arbitrary<readonly MayflyEvent[]> = fc
  .tuple(
    fc.array(fc.oneof(...events), { maxLength: 60 }),
    fc.array(ms, { minLength: 60, maxLength: 60 }),
    anyText,
  )
  .map(([list, times, word]) => [
    runStarted({ runId: word }),
    ...list.map((event, index) => ({ ...event, atMs: times[index] ?? 0 })),
    runFinished({ exitStatus: 1, interruptedBy: word }),
  ]);

/** Streams as a runner makes them: scenarios planned, then attempts one after the other, the last one final. */
export const orderlyStream: fc.Arbitrary<readonly MayflyEvent[]> = fc
  .array(
    fc.record({
      attempts: fc.integer({ min: 1, max: 3 }),
      outcome: fc.constantFrom('passed', 'failed', 'errored', 'leaked' as const),
      steps: fc.array(stepOutcome, { maxLength: 4 }),
      left: fc.nat(2),
    }),
    { maxLength: 5 },
  )
  .map((scenarios) => [
    runStarted(),
    ...scenarios.map((plan, index) => planned(`s${index}.yaml`, { steps: plan.steps.length })),
    ...scenarios.flatMap((plan, index) =>
      Array.from({ length: plan.attempts }, (_, n) => orderlyAttempt(`s${index}.yaml`, n + 1, plan)).flat(),
    ),
    runFinished(),
  ]);

function orderlyAttempt(
  id: string,
  number: number,
  plan: {
    readonly attempts: number;
    readonly outcome: 'passed' | 'failed' | 'errored' | 'leaked';
    readonly steps: readonly ('passed' | 'failed' | 'errored' | 'skipped')[];
    readonly left: number;
  },
): readonly MayflyEvent[] {
  const final = number === plan.attempts;
  return [
    started(id, { attempt: number }),
    containerStarted(id, 'web'),
    ...plan.steps.flatMap((result, index) => [
      stepStarted(id, { attempt: number, step: `/steps/${index}` }),
      stepFinished(id, { attempt: number, step: `/steps/${index}`, outcome: result }),
    ]),
    ...Array.from({ length: plan.left }, () => leakFound(id)),
    censusTaken(id, { left: plan.left }),
    finished(id, { attempt: number, final, outcome: final ? plan.outcome : 'failed' }),
  ];
}
