import type { Readable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import type { ExitStatus } from '../../core/container.ts';
import type { Process } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { abortable, settledWithin } from './abortable.ts';
import type { RunLimits } from './run-limits.ts';

export interface ProcessOutput {
  readonly status: ExitStatus;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Both, in the order they came. */
  readonly output: Buffer;
}

export interface ReadOutputOptions {
  readonly limits: Pick<RunLimits, 'outputBytes' | 'drainMs'>;
  readonly clock: Clock;
  /** Kills the process when aborted. */
  readonly signal: AbortSignal;
}

/** A process that was stopped before its end, with what it had written. */
export class StoppedProcess extends Error {
  readonly soFar: Omit<ProcessOutput, 'status'>;

  constructor(cause: unknown, soFar: Omit<ProcessOutput, 'status'>) {
    super('the process was stopped', { cause });
    this.name = 'StoppedProcess';
    this.soFar = soFar;
  }
}

/**
 * Everything a process writes, and its end. Output is awaited a little longer than the process itself; a child that keeps the
 * pipe open (`daemon &`) does not keep the step.
 *
 * @throws StoppedProcess when the signal was aborted; MayflyError OUTPUT_LIMIT. Either way the process is killed.
 */
export async function readOutput(
  process: Process,
  { limits, clock, signal }: ReadOutputOptions,
): Promise<ProcessOutput> {
  const collected = new OutputCollector(limits.outputBytes);
  const drained = Promise.all([
    collected.read('stdout', process.stdout),
    collected.read('stderr', process.stderr),
  ]);
  drained.catch(() => {});
  try {
    const status = await abortable(Promise.race([process.exited, collected.overflow]), signal);
    await settledWithin(drained, limits.drainMs, clock);
    collected.throwIfOver();
    return { status, ...collected.soFar };
  } catch (error) {
    await process.kill('SIGKILL').catch(() => {});
    if (signal.aborted) throw new StoppedProcess(signal.reason, collected.soFar);
    throw error;
  }
}

class OutputCollector {
  /** Rejects as soon as there is too much. */
  readonly overflow: Promise<never>;
  readonly #limitBytes: number;
  readonly #chunks: { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }[] = [];
  #size = 0;
  #error: MayflyError | undefined;
  #reject: (error: Error) => void = () => {};

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.overflow = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    this.overflow.catch(() => {});
  }

  get soFar(): Omit<ProcessOutput, 'status'> {
    const of = (stream?: 'stdout' | 'stderr'): Buffer =>
      Buffer.concat(
        this.#chunks
          .filter((chunk) => stream === undefined || chunk.stream === stream)
          .map(({ bytes }) => bytes),
      );
    return { stdout: of('stdout'), stderr: of('stderr'), output: of() };
  }

  /** A process may have ended before its output was read. */
  throwIfOver(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  async read(stream: 'stdout' | 'stderr', source: Readable): Promise<void> {
    for await (const bytes of source) {
      this.#size += bytes.length;
      if (this.#size > this.#limitBytes) {
        const message = `the process wrote more than the limit outputBytes (${this.#limitBytes} bytes)`;
        this.#error ??= new MayflyError('OUTPUT_LIMIT', message);
        this.#reject(this.#error);
        return;
      }
      this.#chunks.push({ stream, bytes });
    }
  }
}
