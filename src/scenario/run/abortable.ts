import { setMaxListeners } from 'node:events';
import type { Clock } from '../../core/clock.ts';

/** A controller whose signal many may listen to: one scenario has more steps and waits than Node's warning allows. */
export function openController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/**
 * A controller that is aborted with its parent, too; disposing it lets go of the parent. Not `AbortSignal.any`: that one
 * keeps every child of a long-lived parent (https://github.com/nodejs/node/issues/54614).
 */
export interface LinkedController extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

export function openLinked(parent: AbortSignal): LinkedController {
  const controller = openController();
  const onParent = (): void => controller.abort(parent.reason);
  if (parent.aborted) onParent();
  parent.addEventListener('abort', onParent, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]: () => parent.removeEventListener('abort', onParent),
  };
}

/** The promise, or a rejection with the signal's reason as soon as it is aborted. The promise itself goes on. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const release = (): void => signal.removeEventListener('abort', onAbort);
    promise.then(resolve, reject).then(release, release);
  });
}

/** Waits for a promise to settle, but no longer than this. */
export async function settledWithin(promise: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  const enough = openController();
  const late = clock.sleep(ms, enough.signal);
  await Promise.race([promise, late].map((one) => one.catch(() => {})));
  enough.abort();
}

/**
 * As `abortable`, for work that itself listens to the signal and may have something to say when it stops: it gets a little
 * time to say it.
 */
export async function abortableWithGrace<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  graceMs: number,
  clock: Clock,
): Promise<T> {
  promise.catch(() => {});
  try {
    return await abortable(promise, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    await settledWithin(promise, graceMs, clock);
    const first = await Promise.race([promise, Promise.reject(signal.reason)]);
    return first;
  }
}
