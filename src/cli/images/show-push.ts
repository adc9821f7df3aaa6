import type { OnPush } from '../../image/registry/push-progress.ts';
import { renderPushEvent, renderPushState } from '../../image/registry/render-push-event.ts';
import type { Surroundings } from '../surroundings.ts';
import { TransferView } from './transfer-view.ts';

/** How a push goes, on standard error: bars on a terminal, Docker's lines elsewhere. */
export function openPushProgress(
  { stderr, monotonicMs }: Pick<Surroundings, 'stderr' | 'monotonicMs'>,
  isQuiet: boolean,
): OnPush {
  if (isQuiet) return () => undefined;
  if (!stderr.isTerminal) {
    return (event) =>
      stderr.write(
        renderPushEvent(event)
          .map((line) => `${line}\n`)
          .join(''),
      );
  }
  const view = new TransferView(stderr, monotonicMs);
  return (event) => {
    if (event.kind === 'layer') {
      const { digest, sizeBytes, state } = event;
      const isMoving = state.kind === 'pushing';
      const doneBytes = isMoving ? state.doneBytes : 0;
      view.set({ id: digest.slice(7, 19), state: renderPushState(state), doneBytes, sizeBytes, isMoving });
      return;
    }
    if (event.kind === 'ended') view.close();
    for (const line of renderPushEvent(event)) view.print(line);
  };
}
