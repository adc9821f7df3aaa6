import type { Clock } from './clock.ts';
import { MayflyError } from './mayfly-error.ts';

interface Owned {
  readonly name: string;
  readonly release: (budgetMs: number) => Promise<unknown>;
}

/**
 * Owns resources and releases them in reverse order, within a budget of its own: never what is left of an expired one.
 * Every release is tried; one that fails or hangs does not keep the others from theirs.
 *
 * ```ts
 * await using scope = new Scope(20_000, clock);
 * ```
 */
export class Scope implements AsyncDisposable {
  readonly #budgetMs: number;
  readonly #clock: Clock;
  readonly #owned: Owned[] = [];

  constructor(budgetMs: number, clock: Clock) {
    this.#budgetMs = budgetMs;
    this.#clock = clock;
  }

  own<T extends AsyncDisposable>(name: string, resource: T): T {
    this.defer(name, async () => resource[Symbol.asyncDispose]());
    return resource;
  }

  /** `release` gets what is left of the budget. */
  defer(name: string, release: (budgetMs: number) => Promise<unknown>): void {
    this.#owned.push({ name, release });
  }

  /** @throws MayflyError TIMEOUT for what was not released in time; AggregateError when several releases failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const deadlineMs = this.#clock.nowMs() + this.#budgetMs;
    const errors: unknown[] = [];
    for (const { name, release } of this.#owned.splice(0).reverse()) {
      const budgetMs = Math.max(0, deadlineMs - this.#clock.nowMs());
      try {
        await this.#within(budgetMs, name, release);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} resources were not released`);
  }

  async #within(budgetMs: number, name: string, release: Owned['release']): Promise<void> {
    const done = new AbortController();
    const late = this.#clock.sleep(budgetMs, done.signal).then(
      () => {
        throw new MayflyError(
          'TIMEOUT',
          `${name} was not released within the budget of ${this.#budgetMs} ms`,
        );
      },
      () => {},
    );
    try {
      await Promise.race([release(budgetMs), late]);
    } finally {
      done.abort();
      await late.catch(() => {});
    }
  }
}
