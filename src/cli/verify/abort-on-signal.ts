import { Interrupted } from '../../core/interrupted.ts';
import type { Surroundings } from '../surroundings.ts';

/** Nothing was made that would have to be torn down; a helper of ours ends when it is asked no more. */
export function abortOnSignal({ onSignal }: Pick<Surroundings, 'onSignal'>): Disposable & {
  readonly signal: AbortSignal;
} {
  const controller = new AbortController();
  const stop = onSignal((name) => controller.abort(new Interrupted(name)));
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
