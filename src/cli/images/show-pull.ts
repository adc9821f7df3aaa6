import type { LayerState, OnPull, PullEvent } from '../../image/registry/pull-progress.ts';
import { renderPullEvent } from '../../image/registry/render-pull-event.ts';
import type { Surroundings } from '../surroundings.ts';
import { TransferView } from './transfer-view.ts';

const words: Readonly<Record<LayerState, string>> = {
  waiting: 'Waiting',
  there: 'Already exists',
  downloading: 'Downloading',
  downloaded: 'Extracting',
  complete: 'Pull complete',
};

/** How a pull goes, on standard error: bars on a terminal, Docker's lines elsewhere. */
export function openPullProgress(
  { stderr, monotonicMs }: Pick<Surroundings, 'stderr' | 'monotonicMs'>,
  isQuiet: boolean,
): OnPull {
  if (isQuiet) return () => undefined;
  if (!stderr.isTerminal) {
    return (event) =>
      stderr.write(
        renderPullEvent(event)
          .map((line) => `${line}\n`)
          .join(''),
      );
  }
  const view = new TransferView(stderr, monotonicMs);
  return (event) => showOnTerminal(event, view);
}

function showOnTerminal(event: PullEvent, view: TransferView): void {
  if (event.kind === 'layer') {
    const { digest, state, doneBytes, sizeBytes } = event;
    const isMoving = state === 'downloading';
    view.set({ id: digest.slice(7, 19), state: words[state], doneBytes, sizeBytes, isMoving });
    return;
  }
  if (event.kind === 'ended') view.close();
  for (const line of renderPullEvent(event)) view.print(line);
}
