import { renderSize } from '../../core/units.ts';
import type { Output } from '../surroundings.ts';

const redrawMs = 100;
const barWidth = 40;

/** A part of something that is sent or fetched. */
export interface TransferPart {
  readonly id: string;
  /** In the words of Docker. */
  readonly state: string;
  readonly doneBytes: number;
  readonly sizeBytes: number;
  /** Whether the bytes are of interest now. */
  readonly isMoving: boolean;
}

/** A line for each part on a terminal, redrawn in place; the lines stay when it is closed. */
export class TransferView {
  readonly #output: Output;
  readonly #nowMs: () => number;
  readonly #parts = new Map<string, TransferPart>();
  #drawnLines = 0;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(output: Output, nowMs: () => number) {
    this.#output = output;
    this.#nowMs = nowMs;
  }

  set(part: TransferPart): void {
    const isNews = this.#parts.get(part.id)?.state !== part.state;
    this.#parts.set(part.id, part);
    if (isNews || this.#nowMs() - this.#drawnAtMs >= redrawMs) this.#draw('');
  }

  /** A line that stays, above. */
  print(line: string): void {
    this.#draw(`${line}\n`);
  }

  close(): void {
    this.#draw('');
    this.#parts.clear();
    this.#drawnLines = 0;
  }

  #draw(above: string): void {
    this.#drawnAtMs = this.#nowMs();
    const { columns, rows } = this.#output;
    const lines = [...this.#parts.values()].map((part) => renderPart(part, columns));
    // What scrolled away cannot be redrawn: only the last lines are shown where there are many.
    const shown = lines.slice(Math.max(0, lines.length - (rows - 2)));
    const back = this.#drawnLines === 0 ? '' : `\u001b[${this.#drawnLines}A\r\u001b[J`;
    // One write: a terminal shows the frame before or the frame after, nothing in between.
    this.#output.write(`${back}${above}${shown.map((line) => `${line}\n`).join('')}`);
    this.#drawnLines = shown.length;
  }
}

function renderPart(part: TransferPart, columns: number): string {
  const { id, state, doneBytes, sizeBytes, isMoving } = part;
  const head = `${id}: ${state}`;
  if (!isMoving || sizeBytes === 0) return head.slice(0, columns - 1);
  const full = Math.min(barWidth, Math.floor((doneBytes / sizeBytes) * barWidth));
  const bar = `[${'='.repeat(full)}${full < barWidth ? '>' : ''}${' '.repeat(Math.max(0, barWidth - full - 1))}]`;
  const sizes = `${renderSize(doneBytes)}/${renderSize(sizeBytes)}`;
  const whole = `${head} ${bar} ${sizes}`;
  return whole.length < columns ? whole : `${head} ${sizes}`.slice(0, columns - 1);
}
