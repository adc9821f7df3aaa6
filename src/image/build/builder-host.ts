import type { Engine } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { BuildEvent } from './build-event.ts';

/** Who has images built: the engine that runs steps, and who is told. */
export interface BuilderHost {
  readonly engine: Engine;
  /** Names the sandbox of a build: `[a-z0-9]+`, never the same. */
  readonly newRunId: () => string;
  /** By id, for `RUN --mount=type=secret`: never part of an image, a key or a record. */
  readonly secrets: Readonly<Record<string, Uint8Array>>;
  /** Undefined: who asked for the image gets a line for each step. */
  readonly onEvent: ((event: BuildEvent) => void) | undefined;
}

export async function noBuilder(): Promise<BuilderHost> {
  throw new MayflyError('INTERNAL', 'there is no engine here to run the steps of a Dockerfile');
}
