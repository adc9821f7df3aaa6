import { familiarRepository } from '../../core/image-reference.ts';
import type { PushEvent, PushState } from './push-progress.ts';

/** The lines that `docker push` writes where there is no terminal. */
export function renderPushEvent(event: PushEvent): readonly string[] {
  switch (event.kind) {
    case 'begun':
      return [`The push refers to repository [${familiarRepository(event.reference)}]`];
    case 'layer':
      // Bars are for terminals.
      return event.state.kind === 'pushing'
        ? []
        : [`${event.digest.slice(7, 19)}: ${renderPushState(event.state)}`];
    case 'ended':
      return [`${event.reference.tag ?? 'latest'}: digest: ${event.digest} size: ${event.sizeBytes}`];
    default:
      return event satisfies never;
  }
}

export function renderPushState(state: PushState): string {
  switch (state.kind) {
    case 'preparing':
      return 'Preparing';
    case 'pushing':
      return 'Pushing';
    case 'pushed':
      return 'Pushed';
    case 'there':
      return 'Layer already exists';
    case 'mounted':
      return `Mounted from ${state.from}`;
    default:
      return state satisfies never;
  }
}
