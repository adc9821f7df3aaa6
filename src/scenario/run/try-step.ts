import type { Problem } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import { renderDuration } from '../../core/units.ts';
import { extractCapture } from '../capture/extract-capture.ts';
import type { Masker } from '../mask/create-masker.ts';
import {
  compileExpectations,
  type Expectation,
  type Facts,
  type Finding,
  judge,
} from '../step/expectations.ts';
import type { Performed } from '../step/step-definition.ts';
import { stepDefinition } from '../step/step-table.ts';
import { StoppedBeforeFacts } from '../step/stopped-before-facts.ts';
import { textOf } from '../step/text-or-bytes.ts';
import { abortableWithGrace } from './abortable.ts';
import { openDeadline } from './deadline.ts';
import { withLastWords } from './last-words.ts';
import { type Place, problemsOf } from './problem.ts';
import { StoppedProcess } from './read-output.ts';
import type { World } from './world.ts';

/** How long a step that was stopped may take to tell what it had seen. */
const stopGraceMs = 1_000;

/** A step ready to be tried, once or again and again. */
export interface PreparedStep {
  readonly step: Step;
  readonly place: Place;
  readonly expectations: readonly Expectation[];
  readonly keepsTime: boolean;
  readonly perform: (signal: AbortSignal) => Promise<Performed>;
}

/** What one try brought. */
export interface Trial {
  readonly facts: Facts;
  readonly problems: readonly Problem[];
  readonly captured: Readonly<Record<string, Json>>;
  readonly evidence?: Uint8Array;
}

/** @throws MayflyError for a value that cannot be used, or a kind not available yet. */
export async function prepareStep(step: Step, world: World): Promise<PreparedStep> {
  const definition = stepDefinition(step.kind);
  const own = step.expect ?? {};
  const expectations = await compileExpectations(
    { ...definition.defaultExpect(own), ...own },
    definition,
    world.snapshotsOf(step),
  );
  const place = { at: step.at, sourceLine: world.plan.sourceLine };
  const { keepsTime } = definition;
  return { step, place, expectations, keepsTime, perform: await definition.prepare(step.value, step, world) };
}

/** Performs the step once and judges it. Only the end of the scenario itself is thrown: everything else is a problem. */
export async function tryStep(
  prepared: PreparedStep,
  timeoutMs: number,
  world: World,
  signal: AbortSignal,
): Promise<Trial> {
  const { place, perform, expectations } = prepared;
  const { masker } = world.emitter;
  const graceMs = prepared.keepsTime ? stopGraceMs : 0;
  using deadline = openDeadline(world.clock, timeoutMs + graceMs, signal, () => timeOut(timeoutMs, masker));
  try {
    const performed = await abortableWithGrace(
      perform(deadline.signal),
      deadline.signal,
      stopGraceMs,
      world.clock,
    );
    return await trialOf(performed, prepared, masker);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.expired && error instanceof StoppedBeforeFacts && isExpected(error.performed, expectations))
      return await trialOf(error.performed, prepared, masker);
    const cause = error instanceof StoppedProcess ? error.cause : error;
    return {
      facts: factsSoFar(error),
      problems: problemsOf(deadline.expired ? timeOut(timeoutMs, masker, error) : cause, place),
      captured: {},
    };
  }
}

async function trialOf(
  performed: Performed,
  { step, place, expectations }: PreparedStep,
  masker: Masker,
): Promise<Trial> {
  const findings = findingsOf(performed, expectations);
  const problems = findings.map((finding) => problemOf(finding, place, performed.end, masker));
  const captured = problems.length === 0 ? await capture(step, performed) : {};
  const { facts, evidence } = performed;
  return { facts, problems, captured, ...(evidence === undefined ? {} : { evidence }) };
}

function findingsOf(performed: Performed, expectations: readonly Expectation[]): readonly Finding[] {
  const { facts, findings = [], blocked } = performed;
  if (blocked !== undefined && !isExpected(performed, expectations)) return [blocked.finding];
  return [...judge(expectations, facts), ...findings];
}

const isExpected = ({ blocked }: Performed, expectations: readonly Expectation[]): boolean =>
  expectations.some(({ path }) => path[0] === blocked?.unless);

function problemOf(
  { subject, message, expected, actual, diff }: Finding,
  { at, sourceLine }: Place,
  end: Performed['end'],
  masker: Masker,
): Problem {
  const text = saysHowItEnded.has(subject)
    ? `${subject} is ${actual}${end?.limitHit ?? ''}, expected ${expected}`
    : `${subject} ${message}`;
  return {
    code: 'EXPECTATION_FAILED',
    message: saysHowItEnded.has(subject) ? withWords(text, end, masker) : text,
    at,
    sourceLine: sourceLine(at.line, at.file),
    subject,
    expected,
    actual,
    ...(diff === undefined ? {} : { diff }),
  };
}

const saysHowItEnded: ReadonlySet<string> = new Set(['exit', 'signal']);

function withWords(message: string, end: Performed['end'], masker: Masker): string {
  if (end === undefined) return message;
  const words = { stdout: end.stdout.split('\n'), stderr: end.stderr.split('\n') };
  return withLastWords(message, words, masker);
}

async function capture(
  { capture: wanted }: Step,
  { captures }: Performed,
): Promise<Readonly<Record<string, Json>>> {
  const entries = Object.entries(wanted).map(async ([name, spec]): Promise<[string, Json]> => {
    if (captures === undefined)
      throw new MayflyError('CAPTURE_FAILED', `\`${name}\`: this kind of step has nothing to capture`);
    return [name, await extractCapture(spec, captures)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function timeOut(timeoutMs: number, masker: Masker, stopped?: unknown): MayflyError {
  const message = `the step took longer than its time-out of ${renderDuration(timeoutMs)}`;
  const why = stopped instanceof StoppedBeforeFacts ? stopped.performed.blocked?.finding.message : undefined;
  if (why !== undefined) return new MayflyError('TIMEOUT', `${message}: ${why}`);
  if (!(stopped instanceof StoppedProcess)) return new MayflyError('TIMEOUT', message);
  const { stdout, stderr } = stopped.soFar;
  return new MayflyError(
    'TIMEOUT',
    withWords(message, { limitHit: '', stdout: textOf(stdout), stderr: textOf(stderr) }, masker),
  );
}

function factsSoFar(error: unknown): Facts {
  if (!(error instanceof StoppedProcess)) return {};
  const { stdout, stderr, output } = error.soFar;
  return { stdout: textOf(stdout), stderr: textOf(stderr), output: textOf(output) };
}
