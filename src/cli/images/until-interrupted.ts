import { Interrupted } from '../../core/interrupted.ts';
import { interruptStatus } from '../reporting/watch-interrupts.ts';
import type { Surroundings } from '../surroundings.ts';
import { abortOnSignal } from '../verify/abort-on-signal.ts';

/** A command's work, which a signal ends; what it has begun in the store is cleared away first. */
export async function untilInterrupted(
  surroundings: Surroundings,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  using interrupts = abortOnSignal(surroundings);
  try {
    return await work(interrupts.signal);
  } catch (error) {
    const { reason } = interrupts.signal;
    if (reason instanceof Interrupted) return interruptStatus[reason.signalName];
    throw error;
  }
}
