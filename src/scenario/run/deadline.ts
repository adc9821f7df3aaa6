import type { Clock } from '../../core/clock.ts';
import { openController, openLinked } from './abortable.ts';

/** A signal that is aborted when its parent is, or when its time is up; disposing it stops the timer. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Its own time was up, as against its parent's end. */
  readonly expired: boolean;
}

export function openDeadline(clock: Clock, ms: number, parent: AbortSignal, reason: () => Error): Deadline {
  const linked = openLinked(parent);
  const timer = openController();
  let expired = false;
  void clock.sleep(ms, timer.signal).then(
    () => {
      expired = !linked.signal.aborted;
      linked.abort(reason());
    },
    () => {},
  );
  return {
    signal: linked.signal,
    get expired() {
      return expired;
    },
    [Symbol.dispose]() {
      linked[Symbol.dispose]();
      timer.abort();
    },
  };
}
