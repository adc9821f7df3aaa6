import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Kept of a command's output for the error that says how it ended. */
const keptCharacters = 16 * 1024;
const keptLines = 40;

/** Passes on what a command says while it runs, and keeps the end of it. */
export class RunOutput {
  #kept = '';

  async follow(stream: Readable, onText: (text: string) => void): Promise<void> {
    const decoder = new StringDecoder('utf8');
    const take = (text: string): void => {
      if (text === '') return;
      this.#kept = (this.#kept + text).slice(-keptCharacters);
      onText(text);
    };
    for await (const chunk of stream) take(decoder.write(chunk));
    take(decoder.end());
  }

  /** The last lines; says how many characters or lines it leaves out where it does. */
  get end(): string {
    const lines = this.#kept.replace(/\n$/, '').split('\n');
    return lines.slice(-keptLines).join('\n');
  }
}
