import { Interrupted } from '../../core/interrupted.ts';
import type { SignalName, Surroundings } from '../surroundings.ts';
import type { Progress } from './open-progress.ts';

/** 128 and the signal's number, as a shell says it. */
export const interruptStatus: Readonly<Record<SignalName, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

export interface Interrupts extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
}

/** The first signal has everything torn down; the second ends the process, whereupon the kernel does it. */
export function watchInterrupts({ onSignal, exit }: Surroundings, progress: Progress): Interrupts {
  const controller = new AbortController();
  const stop = onSignal((name) => {
    if (controller.signal.aborted) {
      progress.close();
      exit(interruptStatus[name]);
    }
    progress.print(`${name}: tearing down; once more ends at once`);
    controller.abort(new Interrupted(name));
  });
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
