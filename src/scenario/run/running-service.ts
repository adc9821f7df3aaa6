import type { ContainerSpec, ExitStatus } from '../../core/container.ts';
import type { Container } from '../../core/engine.ts';
import type { Image } from '../../core/image.ts';
import type { ServicePlan } from '../../core/plan.ts';
import type { LogBook } from './log-book.ts';

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
  isReady = false;
  /** Whoever starts the main process again calls it: the new one is to be followed, too. */
  onStart: () => void = () => {};
  /** Of the main process at hand, once its output has been read. */
  #ended: Promise<ExitStatus>;
  #status: ExitStatus | undefined;

  constructor({ plan, spec, image, container, log }: ServiceParts) {
    this.plan = plan;
    this.spec = spec;
    this.image = image;
    this.container = container;
    this.log = log;
    this.#ended = new Promise(() => {});
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

  /** A main process begins: its end, with everything it wrote read. */
  follow(ended: Promise<ExitStatus>): Promise<ExitStatus> {
    this.#status = undefined;
    this.#ended = ended.then((status) => {
      this.#status = status;
      return status;
    });
    return this.#ended;
  }
}
