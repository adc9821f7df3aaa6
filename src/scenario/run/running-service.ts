import type { ContainerSpec, ExitStatus } from '../../core/container.ts';
import type { Container } from '../../core/engine.ts';
import type { Image } from '../../core/image.ts';
import type { ServicePlan } from '../../core/plan.ts';
import { withLastWords } from './last-words.ts';
import type { LogBook, LogStream } from './log-book.ts';

export interface ServiceParts {
  readonly plan: ServicePlan;
  readonly spec: ContainerSpec;
  readonly image: Image;
  readonly container: Container;
  readonly log: LogBook;
}

/** A service of the scenario whose container was started; it may have ended since. */
export class RunningService {
  readonly plan: ServicePlan;
  readonly spec: ContainerSpec;
  readonly image: Image;
  readonly container: Container;
  readonly log: LogBook;
  /** A step or the teardown ends it: no failure (language.md R15). */
  endExpected = false;
  /** A `fault` kills it: that one end is no failure, and `restart` does what it says. */
  nextEndIsFault = false;
  isReady = false;
  /** How often `restart` has started it again. */
  restarts = 0;
  /** Whoever starts the main process again calls it: the new one is to be followed, too. */
  onStart: () => void = () => {};
  /** Of the main process at hand, once its output has been read. */
  #ended: Promise<ExitStatus>;
  #status: ExitStatus | undefined;
  #over: Promise<ExitStatus>;
  #resolveOver: (status: ExitStatus) => void = () => {};
  #isOver = false;

  constructor({ plan, spec, image, container, log }: ServiceParts) {
    this.plan = plan;
    this.spec = spec;
    this.image = image;
    this.container = container;
    this.log = log;
    this.#ended = new Promise(() => {});
    this.#over = this.#openOver();
  }

  get name(): string {
    return this.plan.name;
  }

  get ended(): Promise<ExitStatus> {
    return this.#ended;
  }

  /** Undefined while it runs. */
  get status(): ExitStatus | undefined {
    return this.#status;
  }

  /** Its end for good: nothing starts it again but a step. */
  get over(): Promise<ExitStatus> {
    return this.#over;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The message, and what it wrote last. */
  withLastWords(message: string): string {
    const lines = (stream: LogStream): readonly string[] => this.log.since(0, stream).map(({ line }) => line);
    return withLastWords(message, { stdout: lines('stdout'), stderr: lines('stderr') }, this.log.masker);
  }

  /** It is started by the runner or by a step. */
  begin(): void {
    this.restarts = 0;
    if (this.#isOver) this.#over = this.#openOver();
  }

  /** A main process begins: its end, with everything it wrote read. `isLast`: no restart follows. */
  follow(ended: Promise<ExitStatus>, isLast: (status: ExitStatus) => boolean): Promise<ExitStatus> {
    this.#status = undefined;
    this.#ended = ended.then((status) => {
      this.#status = status;
      if (isLast(status)) this.finish(status);
      return status;
    });
    return this.#ended;
  }

  finish(status: ExitStatus): void {
    this.#isOver = true;
    this.#resolveOver(status);
  }

  #openOver(): Promise<ExitStatus> {
    this.#isOver = false;
    return new Promise((resolve) => {
      this.#resolveOver = resolve;
    });
  }
}
