import type { BuildEvent } from '../../image/build/build-event.ts';

/** What goes on in a build, as `docker build --progress=plain` tells it: a number for each step, and its output behind that. */
export class PlainProgress {
  readonly #write: (text: string) => void;
  readonly #nowMs: () => number;
  readonly #startedAtMs = new Map<number, number>();
  /** Of each stream, what has no end of line yet. */
  readonly #rest = new Map<string, string>();

  constructor(write: (text: string) => void, nowMs: () => number) {
    this.#write = write;
    this.#nowMs = nowMs;
  }

  add(event: BuildEvent): void {
    switch (event.kind) {
      case 'stepStarted':
        this.#startedAtMs.set(event.step, this.#nowMs());
        this.#line(event.step, visible(event.title));
        return;
      case 'stepCached':
        this.#line(event.step, 'CACHED');
        return;
      case 'stepOutput':
        this.#output(event.step, `${event.step} ${event.stream}`, event.text);
        return;
      case 'stepDone':
        this.#flush(event.step);
        this.#line(event.step, `DONE ${this.#seconds(event.step)}s`);
        return;
      case 'stepFailed':
        this.#flush(event.step);
        this.#line(event.step, `ERROR: ${visible(event.message)}`);
        return;
      case 'warning':
        this.#write(`warning: ${visible(event.message)}\n`);
        return;
      default:
        event satisfies never;
    }
  }

  #output(step: number, stream: string, text: string): void {
    const lines = ((this.#rest.get(stream) ?? '') + text).split('\n');
    this.#rest.set(stream, lines.pop() ?? '');
    for (const line of lines) this.#line(step, `${this.#seconds(step)} ${visible(line)}`);
  }

  #flush(step: number): void {
    for (const stream of ['stdout', 'stderr']) {
      const rest = this.#rest.get(`${step} ${stream}`) ?? '';
      if (rest !== '') this.#line(step, `${this.#seconds(step)} ${visible(rest)}`);
    }
  }

  #seconds(step: number): string {
    return ((this.#nowMs() - (this.#startedAtMs.get(step) ?? this.#nowMs())) / 1000).toFixed(1);
  }

  #line(step: number, text: string): void {
    this.#write(`#${step} ${text}\n`);
  }
}

/** Output of programs is not to move the cursor or set colours of the terminal. */
function visible(text: string): string {
  return text
    .replaceAll(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}
