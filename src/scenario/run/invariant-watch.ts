import type { Problem } from '../../core/event.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { InvariantPlan } from '../../core/plan.ts';
import { renderDuration } from '../../core/units.ts';
import {
  compileExpectations,
  type Expectation,
  type Facts,
  type Finding,
  judge,
} from '../step/expectations.ts';
import { isCounted, usageFacts, usageShape } from '../step/usage-facts.ts';
import { problemsOf } from './problem.ts';
import type { RunningService } from './running-service.ts';
import type { World } from './world.ts';

/** Between two looks: often enough to name the step, seldom enough to cost nothing. */
const lookEveryMs = 250;

interface Watched {
  readonly plan: InvariantPlan;
  readonly expectations: readonly Expectation[];
  /** Where the log stood at the last look, and its revision. */
  seenUntil: number;
  seenRevision: number;
  isBroken: boolean;
}

/** The scenario's `invariants` while it runs: the first that breaks fails it, with the moment and the step. */
export class InvariantWatch {
  readonly #world: World;
  readonly #watched: readonly Watched[];
  readonly #startedAtMs: number;
  readonly #untold: Problem[] = [];
  #looking: Promise<void> = Promise.resolve();

  static async open(world: World): Promise<InvariantWatch> {
    const plans = world.plan.invariants ?? [];
    const watched = plans.map(async (plan) => ({
      plan,
      expectations: await compileExpectations(plan.expect, usageShape),
      seenUntil: -1,
      seenRevision: -1,
      isBroken: false,
    }));
    return new InvariantWatch(world, await Promise.all(watched));
  }

  private constructor(world: World, watched: readonly Watched[]) {
    this.#world = world;
    this.#watched = watched;
    this.#startedAtMs = world.clock.nowMs();
    if (watched.length > 0) void this.#run();
  }

  /** Once: what broke when nothing could fail the scenario's steps any more. */
  takeUntold(): readonly Problem[] {
    return this.#untold.splice(0);
  }

  /** One look at all of them; never two at a time. */
  look(): Promise<void> {
    return this.#next('all');
  }

  /** When the sandbox is gone: what services wrote until their end is all that can still be asked. */
  lookAtLogs(): Promise<void> {
    return this.#next('logs');
  }

  #next(what: 'all' | 'logs'): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookAtAll(what));
    return this.#looking;
  }

  async #run(): Promise<void> {
    const { clock, closing } = this.#world;
    try {
      while (!closing.aborted) {
        await this.look();
        await clock.sleep(lookEveryMs, closing);
      }
    } catch {
      // Teardown has begun.
    }
  }

  async #lookAtAll(what: 'all' | 'logs'): Promise<void> {
    const isOver = (): boolean => what === 'all' && this.#world.closing.aborted;
    for (const watched of this.#watched) {
      const service = this.#world.services.find(({ name }) => name === watched.plan.service);
      if (service === undefined || watched.isBroken || isOver()) continue;
      try {
        const facts = what === 'logs' ? logFacts(watched, service) : await factsOf(watched, service);
        // A log that says nothing new is as good as it was.
        const open = watched.expectations.filter(({ subject }) => subject in facts);
        const [finding] = judge(open, facts);
        if (finding !== undefined) this.#break(watched, this.#problemOf(watched.plan, service, finding));
      } catch (error) {
        if (isOver()) return;
        const place = { at: watched.plan.at, sourceLine: this.#world.plan.sourceLine };
        for (const problem of problemsOf(error, place)) this.#break(watched, problem);
      }
    }
  }

  #break(watched: Watched, problem: Problem): void {
    watched.isBroken = true;
    if (!this.#world.failWith([problem], new Error(problem.message))) this.#untold.push(problem);
  }

  #problemOf(
    { name, service, at }: InvariantPlan,
    { endExpected }: RunningService,
    finding: Finding,
  ): Problem {
    const world = this.#world;
    const step = world.currentStep;
    const moment = renderDuration(world.clock.nowMs() - this.#startedAtMs);
    const atItsEnd = endExpected ? ', as it was stopped' : '';
    const during = step === undefined ? atItsEnd : `, during \`${step}\``;
    const { subject, message, expected, actual, diff } = finding;
    return {
      code: 'INVARIANT_BROKEN',
      message: `\`${service}\` broke \`${name}\` ${moment} after the start${during}: ${subject} ${message}`,
      at,
      sourceLine: world.plan.sourceLine(at.line, at.file),
      subject,
      expected,
      actual,
      ...(diff === undefined ? {} : { diff }),
    };
  }
}

async function factsOf(watched: Watched, service: RunningService): Promise<Facts> {
  const asked = Object.keys(watched.plan.expect);
  const usage = asked.some(isCounted) ? await service.container.usage() : {};
  return {
    ...usageFacts(usage, asked, service.name),
    restarts: service.restarts,
    ...logFacts(watched, service),
  };
}

function logFacts(watched: Watched, service: RunningService): Facts {
  const isNew = 'logs' in watched.plan.expect && service.log.revision !== watched.seenRevision;
  return isNew ? { logs: readLog(watched, service) } : {};
}

/** @throws MayflyError OUTPUT_LIMIT when lines were dropped between two looks: nobody could say that it held. */
function readLog(watched: Watched, { name, log }: RunningService): string {
  if (log.firstKept > Math.max(0, watched.seenUntil))
    throw new MayflyError('OUTPUT_LIMIT', `\`${name}\` wrote faster than its invariant could read`);
  watched.seenUntil = log.mark;
  watched.seenRevision = log.revision;
  return log
    .since(0)
    .map(({ line }) => `${line}\n`)
    .join('');
}
