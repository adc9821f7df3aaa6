import type { Tape } from './op.ts';

/** Something that performs tapes: a server of the launcher. Resolves with the operations' replies, in order. */
export interface TapePerformer {
  perform(tape: Tape): Promise<readonly Uint8Array[]>;
}
