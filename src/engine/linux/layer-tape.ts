import type { Op } from './tape/op.ts';
import type { TapePerformer } from './tape/tape-performer.ts';

/** Large enough that a tape's way to the launcher and back does not count, far below the launcher's limit of a frame. */
const tapeBytes = 2 ** 20;
const tapeOps = 8192;
/** One tape is performed while the next is filled. */
const tapesInFlight = 2;
/** What an operation takes beside its data and texts, roughly. */
const opBytes = 64;

/** Operations for a server, sent in tapes; the first failure is thrown by whatever is called next, and by `settle`. */
export class LayerTape {
  readonly #performer: TapePerformer;
  #ops: Op[] = [];
  #bytes = 0;
  #inFlight: Promise<void>[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(performer: TapePerformer) {
    this.#performer = performer;
  }

  /** These operations go into one tape together. */
  async add(...ops: readonly Op[]): Promise<void> {
    this.#throwFailure();
    this.#ops.push(...ops);
    for (const op of ops) this.#bytes += opBytes + dataBytes(op);
    if (this.#bytes >= tapeBytes || this.#ops.length >= tapeOps) await this.#send();
  }

  /** Until everything that was added is performed. */
  async settle(): Promise<void> {
    await this.#send();
    await Promise.all(this.#inFlight);
    this.#throwFailure();
  }

  /** Forgets what was not sent, waits for what was. */
  async abandon(): Promise<void> {
    this.#ops = [];
    this.#bytes = 0;
    await Promise.all(this.#inFlight);
  }

  async #send(): Promise<void> {
    if (this.#ops.length === 0) return;
    const tape = this.#ops;
    this.#ops = [];
    this.#bytes = 0;
    while (this.#inFlight.length >= tapesInFlight) await this.#inFlight[0];
    this.#throwFailure();
    const performed = this.#performer.perform(tape).then(
      () => undefined,
      (error: unknown) => {
        this.#failure ??= { error };
      },
    );
    this.#inFlight = [...this.#inFlight, performed];
    performed.then(() => {
      this.#inFlight = this.#inFlight.filter((other) => other !== performed);
    });
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

function dataBytes(op: Op): number {
  if (op.kind === 'writeSlot') return op.data.length;
  if (op.kind === 'setXattr') return op.value.length + op.path.length;
  return 'path' in op ? op.path.length : 0;
}
