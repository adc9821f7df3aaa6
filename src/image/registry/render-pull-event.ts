import { renderFamiliar } from '../../core/image-reference.ts';
import type { PullEvent } from './pull-progress.ts';

/** The lines that `docker pull` writes where there is no terminal. */
export function renderPullEvent(event: PullEvent): readonly string[] {
  switch (event.kind) {
    case 'begun': {
      const { reference } = event;
      const name = reference.digest ?? reference.tag ?? 'latest';
      return [`${name}: Pulling from ${reference.repository}`];
    }
    case 'layer':
      return renderLayer(event).map((line) => `${event.digest.slice(7, 19)}: ${line}`);
    case 'ended': {
      const name = renderFamiliar(event.reference);
      return [
        `Digest: ${event.digest}`,
        event.isNewer
          ? `Status: Downloaded newer image for ${name}`
          : `Status: Image is up to date for ${name}`,
      ];
    }
    default:
      return event satisfies never;
  }
}

function renderLayer({ state }: Extract<PullEvent, { kind: 'layer' }>): readonly string[] {
  switch (state) {
    case 'waiting':
      return ['Pulling fs layer'];
    case 'there':
      return ['Already exists'];
    case 'downloading':
      return [];
    case 'downloaded':
      return ['Verifying Checksum', 'Download complete'];
    case 'complete':
      return ['Pull complete'];
    default:
      return state satisfies never;
  }
}
