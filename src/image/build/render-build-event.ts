import type { BuildEvent } from './build-event.ts';

/** A line for who only wants to know what goes on; undefined for what a line would not tell. */
export function renderBuildEvent(event: BuildEvent): string | undefined {
  switch (event.kind) {
    case 'stepStarted':
      return event.title;
    case 'stepCached':
    case 'stepOutput':
    case 'stepDone':
    case 'stepFailed':
    case 'warning':
      return undefined;
    default:
      return event satisfies never;
  }
}
