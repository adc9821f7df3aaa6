import type { Clock } from '../../core/clock.ts';
import type { NetworkSpec } from '../../core/container.ts';
import type { Sandbox } from '../../core/engine.ts';
import type { Problem } from '../../core/event.ts';
import type { FaultSpec } from '../../core/fault.ts';
import type { Image } from '../../core/image.ts';
import type { Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { CasePlan, ScenarioPlan } from '../../core/plan.ts';
import type { Step } from '../../core/scenario.ts';
import type { Scope as ExpressionScope } from '../expression/scope.ts';
import type { SnapshotSection } from '../snapshot/snapshot-section.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import { openStepSnapshots } from '../snapshot/step-snapshots.ts';
import type { OneShot, OpenedTwin, StepWorld } from '../step/step-definition.ts';
import { abortable, openController } from './abortable.ts';
import { type BackgroundStep, idIn } from './background-step.ts';
import type { ScenarioEmitter } from './emitter.ts';
import { evidenceFolder, openEvidence } from './evidence.ts';
import type { InvariantWatch } from './invariant-watch.ts';
import { openOneShot } from './one-shot.ts';
import { problemsOf } from './problem.ts';
import type { RunContext } from './run-context.ts';
import type { RunLimits } from './run-limits.ts';
import type { RunningService } from './running-service.ts';
import { openTwin } from './twin.ts';

export interface WorldParts {
  readonly plan: ScenarioPlan;
  readonly attempt: number;
  readonly context: RunContext;
  readonly emitter: ScenarioEmitter;
  readonly sandbox: Sandbox;
  readonly images: ReadonlyMap<string, Image>;
  readonly snapshots?: SnapshotSection;
  readonly fork?: Fork;
}

/** A case, and the world of `setup` whose state it has a fork of. */
export interface Fork {
  readonly case: CasePlan;
  readonly from: World;
  /** Those that had ended before the state was kept. */
  readonly endedServices: readonly RunningService[];
}

/** Everything of one attempt at one scenario while it runs. */
export class World implements StepWorld {
  readonly plan: ScenarioPlan;
  readonly attempt: number;
  readonly context: RunContext;
  readonly emitter: ScenarioEmitter;
  readonly sandbox: Sandbox;
  readonly images: ReadonlyMap<string, Image>;
  readonly saveEvidence: StepWorld['saveEvidence'];
  readonly snapshots: SnapshotSection | undefined;
  invariants: InvariantWatch | undefined;
  readonly faults = new Set<FaultSpec>();
  readonly background = new Map<string, BackgroundStep>();
  readonly fork: WorldParts['fork'];
  /** Captures by step id; a case sees those of `setup`, too. */
  readonly captures: Record<string, Record<string, Json>>;
  readonly #services = new Map<string, RunningService>();
  readonly #fragmentCaptures = new Map<string, Record<string, Record<string, Json>>>();
  readonly #marks = new Map<string, ReadonlyMap<RunningService, number>>();
  readonly #failed = openController();
  readonly #closing = openController();
  #failure: readonly Problem[] = [];
  #isOver = false;
  /** What is waited for now is the end of services. */
  stepsAreDone = false;
  #skipped = 0;
  #twins = 0;
  /** Steps under way, by path. */
  readonly #under = new Map<string, string>();

  constructor({ plan, attempt, context, emitter, sandbox, images, snapshots, fork }: WorldParts) {
    this.plan = plan;
    this.attempt = attempt;
    this.context = context;
    this.emitter = emitter;
    this.sandbox = sandbox;
    this.images = images;
    this.snapshots = snapshots;
    this.fork = fork;
    this.captures = { ...fork?.from.captures };
    this.saveEvidence = openEvidence(context.saveEvidence, emitter.masker, this.evidenceFolder);
  }

  /** Below `--output`. */
  get evidenceFolder(): string {
    return evidenceFolder(this.plan.id, this.attempt, this.fork?.case.path);
  }

  get clock(): Clock {
    return this.context.clock;
  }

  get limits(): RunLimits {
    return this.context.limits;
  }

  get directory(): string {
    return this.context.scenarioDirectory(this.plan);
  }

  get allowedHostPaths(): readonly string[] {
    return this.context.allowedHostPaths;
  }

  get networks(): readonly NetworkSpec[] {
    return this.plan.networks;
  }

  get services(): readonly RunningService[] {
    return [...this.#services.values()];
  }

  /** Aborted when something outside of any step fails the scenario: a service died. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** What failed the scenario outside of any step. */
  get failure(): readonly Problem[] {
    return this.#failure;
  }

  addService(service: RunningService): void {
    this.#services.set(service.name, service);
  }

  service(name: string): RunningService {
    const service = this.#services.get(name) ?? this.#services.get(`${name}[1]`);
    if (service !== undefined) return service;
    if (this.plan.services.some((planned) => planned.name === name)) {
      throw new MayflyError('CONTAINER_STATE', `\`${name}\` was never started`);
    }
    throw new MayflyError('SCENARIO_UNDECLARED', `no service \`${name}\``);
  }

  image(name: string): Image {
    const image = this.images.get(name);
    if (image !== undefined) return image;
    throw new MayflyError('SCENARIO_UNDECLARED', `no image \`${name}\``);
  }

  /** Only the first counts: what follows from it would hide it. After the steps nothing can fail a scenario this way. */
  fail(error: unknown, service: RunningService): void {
    this.failWith(problemsOf(error, { at: service.plan.at, sourceLine: this.plan.sourceLine }), error);
  }

  /** Says whether it counts. */
  failWith(problems: readonly Problem[], reason: unknown): boolean {
    if (this.#isOver || this.#failure.length > 0) return false;
    this.#failure = problems;
    this.#failed.abort(reason);
    return true;
  }

  /** The name of the step that began last of those under way. */
  get currentStep(): string | undefined {
    return [...this.#under.values()].at(-1);
  }

  beginStep({ path, name }: Step): void {
    this.#under.set(path, name);
  }

  endStep({ path }: Step): void {
    this.#under.delete(path);
    this.#marks.delete(path); // `since: step` is read while it runs; by its id others may ask later
  }

  /** Steps that were not done; with those of the cases. */
  get skipped(): number {
    return this.#skipped;
  }

  noteSkipped(): void {
    this.#skipped += 1;
    this.fork?.from.noteSkipped();
  }

  /** Aborted when teardown begins: nothing is to be started again. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** The scenario has had its say: services may end now. */
  finish(): void {
    this.#isOver = true;
  }

  close(): void {
    this.finish();
    for (const service of this.services) service.endExpected = true;
    this.#closing.abort(new Error('the scenario is over'));
  }

  /** Remembers where every log stands as a step begins. */
  markLogs(step: Step): void {
    const marks = new Map(this.services.map((service) => [service, service.log.mark]));
    this.#marks.set(step.path, marks);
    if (step.id !== undefined) this.#marks.set(idIn(step, step.id), marks);
  }

  logMark(service: RunningService, since: string, step: Step): number {
    if (since === 'start') return 0;
    const marks = this.#marks.get(since === 'step' ? step.path : idIn(step, since));
    if (marks === undefined)
      throw new MayflyError('SCENARIO_UNDECLARED', `\`since: ${since}\`: no such step before this one`);
    return marks.get(service) ?? 0;
  }

  openOneShot(
    step: Step,
    planArgv: (shell: readonly string[]) => readonly string[],
    signal: AbortSignal,
  ): Promise<OneShot> {
    return openOneShot(step, planArgv, this, signal);
  }

  openTwin(service: RunningService, signal: AbortSignal): Promise<OpenedTwin> {
    this.#twins += 1;
    return openTwin(service, this.#twins, this, signal);
  }

  async backgroundEnd(stepId: string, waiting: Step, signal: AbortSignal): Promise<void> {
    const step = this.background.get(idIn(waiting, stepId));
    if (step === undefined)
      throw new MayflyError('SCENARIO_UNDECLARED', `no background step \`${stepId}\` before this one`);
    const { outcome } = await abortable(step.ended, signal);
    if (outcome === 'failed' || outcome === 'errored')
      throw new MayflyError('EXPECTATION_FAILED', `the background step \`${stepId}\` ${outcome}`);
  }

  /** Those of a step of a fragment are known in that use of it only. */
  keepCaptures({ id, fragment }: Step, captured: Readonly<Record<string, Json>>): void {
    if (id !== undefined) this.#capturesIn(fragment)[id] = { ...captured };
  }

  /** What the steps of a fragment have captured, under the id of its use. */
  keepFragmentCaptures(use: Step): void {
    if (use.kind === 'use')
      this.keepCaptures(use, Object.assign({}, ...Object.values(this.#capturesIn(use.path))));
  }

  #capturesIn(fragment: string | undefined): Record<string, Record<string, Json>> {
    if (fragment === undefined) return this.captures;
    const known = this.#fragmentCaptures.get(fragment) ?? {};
    this.#fragmentCaptures.set(fragment, known);
    return known;
  }

  snapshotsOf(step: Step): Snapshots | undefined {
    return this.snapshots && openStepSnapshots(step, this.snapshots, this.plan, this.emitter.masker);
  }

  /** What expressions of a step see right now (language.md R7). */
  expressionScope({ fragment, inputs }: Pick<Step, 'fragment' | 'inputs'>): ExpressionScope {
    const { vars, matrix, env, secrets, seed } = this.plan;
    return {
      vars,
      matrix,
      env,
      secrets,
      ...(this.fork === undefined ? {} : { case: this.fork.case.values }),
      ...(inputs === undefined ? {} : { inputs }),
      steps: this.#capturesIn(fragment),
      services: Object.fromEntries(this.services.map((service) => [service.name, scopeOf(service)])),
      run: { id: this.context.runId, seed },
    };
  }
}

function scopeOf({ container }: RunningService): NonNullable<ExpressionScope['services']>[string] {
  const [first] = container.networks;
  return {
    ...(first?.ipv4 === undefined ? {} : { ip: first.ipv4 }),
    ...(first?.ipv6 === undefined ? {} : { ipv6: first.ipv6 }),
    port: (containerPort) => container.ports.find((port) => port.containerPort === containerPort)?.hostPort,
  };
}
