import type { Readable } from 'node:stream';
import type { Masker } from '../mask/create-masker.ts';
import { LineSplitter } from './line-splitter.ts';
import type { LogSink } from './run-context.ts';
import type { RunLimits } from './run-limits.ts';

export type LogStream = 'stdout' | 'stderr';

export interface LogLine {
  readonly stream: LogStream;
  readonly line: string;
}

export interface LogBookOptions {
  readonly limits: RunLimits;
  readonly masker: Masker;
  /** Masked. */
  readonly onLine: (stream: LogStream, line: string) => void;
  readonly sink?: LogSink;
}

/** What a service wrote: the last lines as they are for matchers, and masked for everybody else. */
export class LogBook {
  readonly #options: LogBookOptions;
  readonly #lines: LogLine[] = [];
  readonly #tail: string[] = [];
  /** A line whose newline has not come yet: a wait may see it, it is no line of the report. */
  readonly #partial = new Map<LogStream, string>();
  #characters = 0;
  /** Changes with everything that is read: who has seen it all need not look again. */
  revision = 0;
  #dropped = 0;
  #waiting: (() => void)[] = [];

  constructor(options: LogBookOptions) {
    this.#options = options;
  }

  get masker(): Masker {
    return this.#options.masker;
  }

  /** Lines so far, those no longer kept included: a place in the log to come back to. */
  get mark(): number {
    return this.#dropped + this.#lines.length;
  }

  /** The oldest line still kept. */
  get firstKept(): number {
    return this.#dropped;
  }

  since(mark: number, stream?: LogStream): readonly LogLine[] {
    const partial = [...this.#partial].map(([from, line]) => ({ stream: from, line }));
    const lines = [...this.#lines.slice(Math.max(0, mark - this.#dropped)), ...partial];
    return stream === undefined ? lines : lines.filter((line) => line.stream === stream);
  }

  /** The last lines, masked. */
  tail(count: number): readonly string[] {
    return count === 0 ? [] : this.#tail.slice(-count);
  }

  /** Resolves at the next line. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Reads both streams to their end. */
  async read(stdout: Readable, stderr: Readable): Promise<void> {
    await Promise.all([this.#readStream('stdout', stdout), this.#readStream('stderr', stderr)]);
  }

  close(): void {
    this.#options.sink?.end();
  }

  async #readStream(stream: LogStream, source: Readable): Promise<void> {
    const { limits, masker } = this.#options;
    const decoder = new TextDecoder();
    const raw = new LineSplitter(limits.lineCharacters);
    const shown = new LineSplitter(limits.lineCharacters);
    const mask = masker.stream();
    try {
      for await (const chunk of source) {
        this.revision += 1;
        const text = decoder.decode(chunk, { stream: true });
        this.#show(stream, shown.write(mask.write(text)));
        const lines = raw.write(text);
        if (raw.rest !== '') this.#partial.set(stream, raw.rest);
        else this.#partial.delete(stream);
        this.#keep(stream, lines);
      }
    } catch {
      // A stream that breaks off is a log that ends: the process's own end says why.
    }
    this.revision += 1;
    const last = decoder.decode();
    this.#partial.delete(stream);
    this.#show(stream, [...shown.write(mask.write(last) + mask.end()), ...shown.end()]);
    this.#keep(stream, [...raw.write(last), ...raw.end()]);
  }

  #show(stream: LogStream, lines: readonly string[]): void {
    for (const line of lines) {
      this.#options.onLine(stream, line);
      this.#options.sink?.write(`${line}\n`);
    }
    this.#tail.push(...lines);
    this.#tail.splice(0, Math.max(0, this.#tail.length - this.#options.limits.logLines));
  }

  #keep(stream: LogStream, lines: readonly string[]): void {
    const { logLines, logCharacters } = this.#options.limits;
    for (const line of lines) {
      this.#lines.push({ stream, line });
      this.#characters += line.length;
    }
    let surplus = 0;
    while (
      this.#lines.length - surplus > logLines ||
      (this.#characters > logCharacters && surplus < this.#lines.length)
    ) {
      this.#characters -= this.#lines[surplus]?.line.length ?? 0;
      surplus += 1;
    }
    this.#lines.splice(0, surplus);
    this.#dropped += surplus;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
