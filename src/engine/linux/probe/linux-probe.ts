import type { ExitStatus } from '../../../core/container.ts';
import type { Process } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { CallResult, Probe, SystemCall } from '../../../core/probe.ts';
import { decodeResults, encodeCalls, mostCalls } from './probe-frames.ts';

interface Waiting {
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** Of one answer; what claims more is no probe. */
const mostAnswerBytes = 64 * 2 ** 20;

/** A running probe: batches go to its standard input, answers come from its standard output in their order. */
export class LinuxProbe implements Probe {
  readonly environment: readonly string[];
  readonly #process: Process;
  readonly #answers: Answers;
  readonly #numbers: Readonly<Record<string, number>>;

  private constructor(
    process: Process,
    answers: Answers,
    numbers: Readonly<Record<string, number>>,
    greeting: Buffer,
  ) {
    this.#process = process;
    this.#answers = answers;
    this.#numbers = numbers;
    this.environment = greeting.toString().split('\0').slice(0, -1);
  }

  get ended(): Promise<ExitStatus> {
    return this.#process.exited;
  }

  /** Once it has said its first word. */
  static async greet(process: Process, numbers: Readonly<Record<string, number>>): Promise<LinuxProbe> {
    const answers = new Answers(process);
    return new LinuxProbe(process, answers, numbers, await answers.next());
  }

  async calls(calls: readonly SystemCall[]): Promise<readonly CallResult[]> {
    if (calls.length === 0) return [];
    const count = calls.reduce((sum, { times = 1 }) => sum + times, 0);
    if (calls.some(({ times = 1 }) => times < 1)) throw new RangeError('a call is made at least once');
    if (count > mostCalls) throw new RangeError(`${count} calls; a batch has at most ${mostCalls}`);
    const batch = encodeCalls(calls, this.#numbers);
    const answer = this.#answers.next();
    this.#process.stdin?.write(batch);
    try {
      return decodeResults(calls, await answer);
    } catch (error) {
      throw error instanceof RangeError ? lost(error.message) : error;
    }
  }

  /** It ends when nobody asks it any more; what it is stuck in is ended with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin?.end();
    await this.#process.kill('SIGKILL').catch(() => {}); // the container, or the sandbox, has ended before it
    await this.#process.exited.catch(() => {});
  }
}

/** Cuts a stream into frames, each a u32 length and that many bytes. */
class Answers {
  readonly #waiting: Waiting[] = [];
  readonly #chunks: Buffer[] = [];
  readonly #early: Buffer[] = [];
  #bytes = 0;
  #end: MayflyError | undefined;

  constructor(process: Process) {
    process.stdout.on('data', (chunk: Buffer) => this.#onChunk(chunk));
    process.stderr.resume();
    process.exited.then(
      ({ code, signal }) => this.#onEnd(lost(`it ended with ${signal ?? `status ${code}`}`)),
      (error) => this.#onEnd(lost('the launcher ended', error)),
    );
  }

  next(): Promise<Buffer> {
    const early = this.#early.shift();
    if (early !== undefined) return Promise.resolve(early);
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #onChunk(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (let frame = this.#takeFrame(); frame !== undefined; frame = this.#takeFrame()) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#early.push(frame);
      else waiting.resolve(frame);
    }
  }

  #takeFrame(): Buffer | undefined {
    if (this.#end !== undefined || this.#bytes < 4) return undefined;
    const [first] = this.#chunks;
    if (first === undefined || first.length < 4) this.#join();
    const length = this.#chunks[0]?.readUInt32LE(0) ?? 0;
    if (length > mostAnswerBytes) this.#onEnd(lost(`it claims an answer of ${length} bytes`));
    if (this.#bytes < 4 + length || this.#end !== undefined) return undefined;
    const all = this.#join();
    this.#chunks.splice(0, 1, all.subarray(4 + length));
    this.#bytes -= 4 + length;
    return all.subarray(4, 4 + length);
  }

  #join(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks.splice(0, this.#chunks.length, all);
    return all;
  }

  #onEnd(error: MayflyError): void {
    this.#end ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
  }
}

function lost(why: string, cause?: unknown): MayflyError {
  return new MayflyError(
    'PROBE_LOST',
    `the probe did not answer: ${why}`,
    cause === undefined ? {} : { cause },
  );
}
