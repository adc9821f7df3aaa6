/** Called with every line that the work reports. */
type Listener = (line: string) => void;

interface Running<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  readonly listeners: Set<Listener>;
}

/**
 * Work that several callers want at once is done once. Every caller may leave by its own signal; the work itself is cancelled
 * when the last one has.
 */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>();

  async run(
    key: string,
    work: (report: Listener, signal: AbortSignal) => Promise<T>,
    report: Listener,
    signal: AbortSignal,
  ): Promise<T> {
    signal.throwIfAborted();
    const running = this.#running.get(key) ?? this.#start(key, work);
    const listener: Listener = (line) => report(line);
    running.listeners.add(listener);
    let leave = (): void => undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([running.result, left]);
    } finally {
      signal.removeEventListener('abort', leave);
      running.listeners.delete(listener);
      if (running.listeners.size === 0) await this.#end(key, running, signal.reason);
    }
  }

  #start(key: string, work: (report: Listener, signal: AbortSignal) => Promise<T>): Running<T> {
    const abort = new AbortController();
    const listeners = new Set<Listener>();
    const report: Listener = (line) => {
      for (const listener of listeners) listener(line);
    };
    // A moment later, when the first caller listens.
    const result = Promise.resolve().then(() => work(report, abort.signal));
    const running: Running<T> = { result, abort, listeners };
    this.#running.set(key, running);
    const forget = (): void => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    result.then(forget, forget);
    return running;
  }

  /** Nobody wants it any more, or it is done. Who comes after this starts anew; who was last waits until all is cleaned up. */
  async #end(key: string, running: Running<T>, reason: unknown): Promise<void> {
    if (this.#running.get(key) === running) this.#running.delete(key);
    running.abort.abort(reason);
    await running.result.catch(() => undefined);
  }
}
