import type { Clock } from '../../core/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Turns of the event loop without a new timer after which nothing in memory can still be under way. */
const idleTurns = 24;
/** Work in libuv's thread pool: while any is active, time stands still. */
const busyResource = /^(FSReq|ZLIB|GetAddrInfo|TCPConnectWrap)/;

/** Time that jumps to the next timer whenever everything in memory has come to rest: tests neither wait nor guess. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #order = 0;
  #stillTurns = 0;
  #running = false;
  readonly #timers = new Set<Timer>();

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const timer: Timer = {
        dueMs: this.#nowMs + Math.max(0, ms),
        order: this.#order++,
        fire: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.#timers.delete(timer);
        this.#stillTurns = 0;
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      if (Number.isFinite(ms)) this.#add(timer);
    });
  }

  #add(timer: Timer): void {
    this.#timers.add(timer);
    this.#stillTurns = 0;
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    if (this.#timers.size === 0) {
      this.#running = false;
      return;
    }
    this.#stillTurns = process.getActiveResourcesInfo().some((name) => busyResource.test(name))
      ? 0
      : this.#stillTurns + 1;
    if (this.#stillTurns >= idleTurns) this.#jump();
    setImmediate(() => this.#turn());
  }

  #jump(): void {
    const next = [...this.#timers].reduce((a, b) =>
      b.dueMs < a.dueMs || (b.dueMs === a.dueMs && b.order < a.order) ? b : a,
    );
    this.#timers.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    this.#stillTurns = 0;
    next.fire();
  }
}
