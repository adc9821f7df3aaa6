import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export const nothing = 'nothing is left';

/** Starts the separate census, which shares no code with ours. */
type StartCensus = (args: readonly string[]) => ChildProcess;

/** What was there before, to be compared with what is left after. */
export class Census {
  readonly #file: string;
  readonly #start: StartCensus;

  private constructor(file: string, start: StartCensus) {
    this.#file = file;
    this.#start = start;
  }

  static async take(file: string, start: StartCensus): Promise<Census> {
    writeFileSync(file, await outputOf(start(['snapshot'])));
    return new Census(file, start);
  }

  /** What is left after at most so many seconds; its own words where that is nothing. */
  async left(waitSeconds: number): Promise<string> {
    return (await outputOf(this.#start(['compare', this.#file, '--wait', String(waitSeconds)]))).trim();
  }
}

async function outputOf(child: ChildProcess): Promise<string> {
  const streams = [child.stdout, child.stderr].map((stream) => text(stream as Readable));
  const [out = '', err = ''] = await Promise.all([...streams, once(child, 'close')]);
  return `${String(out)}${String(err)}`;
}
