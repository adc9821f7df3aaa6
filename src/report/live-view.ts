import { stripVTControlCharacters } from 'node:util';
import type { MayflyEvent } from '../core/event.ts';
import { displayWidth } from './display-width.ts';
import { LiveState } from './live-state.ts';
import { createPalette, type Palette } from './palette.ts';
import { renderFinishedLine } from './render-finished.ts';
import { renderLive } from './render-live.ts';

interface LiveTerminal {
  write(text: string): void;
  /** As they are now: a terminal may be resized. */
  readonly columns: number;
  readonly rows: number;
}

interface LiveViewOptions {
  readonly color: boolean;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/** Drawing more often than this is not seen, and costs time that the run wants. */
const redrawMs = 80;

/**
 * A few lines at the end of the terminal, redrawn in place while the run goes on; above them one line for each
 * scenario that did not pass. The cursor is never hidden, so that a killed runner leaves a usable terminal.
 */
export class LiveView {
  readonly #terminal: LiveTerminal;
  readonly #nowMs: () => number;
  readonly #palette: Palette;
  readonly #state = new LiveState();
  /** The widths of the lines on the screen. */
  #drawn: readonly number[] = [];
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #beganAtMs: number | undefined;
  #isClosed = false;

  constructor(terminal: LiveTerminal, options: LiveViewOptions) {
    this.#terminal = terminal;
    this.#nowMs = options.nowMs;
    this.#palette = createPalette(options.color);
  }

  add(event: MayflyEvent): void {
    this.#beganAtMs ??= this.#nowMs() - event.atMs;
    this.#state.add(event);
    const isNews = event.kind === 'scenarioFinished' && event.final && event.outcome !== 'passed';
    if (isNews && event.outcome !== 'skipped') {
      this.print(renderFinishedLine(event, this.#state.nameOf(event.scenario), this.#palette));
    } else {
      this.tick();
    }
  }

  /** Redraws, if it is time to; call it now and then so that the clock runs while nothing happens. */
  tick(): void {
    if (this.#nowMs() - this.#drawnAtMs >= redrawMs) this.#draw('');
  }

  /** A line that stays, above the lines that are redrawn. It must be printable. */
  print(line: string): void {
    this.#draw(`${line}\n`);
  }

  /** Takes the lines away; the report comes in their place. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#terminal.write(this.#erase());
    this.#drawn = [];
  }

  #draw(above: string): void {
    if (this.#isClosed) {
      if (above !== '') this.#terminal.write(above);
      return;
    }
    this.#drawnAtMs = this.#nowMs();
    const { columns, rows } = this.#terminal;
    const nowMs = this.#drawnAtMs - (this.#beganAtMs ?? this.#drawnAtMs);
    const lines = renderLive(this.#state, { columns, rows, nowMs }, this.#palette);
    // One write: a terminal shows the frame before or the frame after, nothing in between.
    this.#terminal.write(`${this.#erase()}${above}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.map((line) => displayWidth(stripVTControlCharacters(line)));
  }

  /** Back to the first line drawn, clearing all below. After a resize the terminal has wrapped what is too wide now. */
  #erase(): string {
    const columns = Math.max(1, this.#terminal.columns);
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 0 ? '' : `\x1b[${rows}A\r\x1b[J`; // ECMA-48: CUU, ED
  }
}
