import { MayflyError } from '../core/mayfly-error.ts';
import type { ProgramCommand, ProgramRunner, RunningProgram } from './program-runner.ts';

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  /** The last lines of it. */
  readonly stderr: readonly string[];
}

/** What is kept of a program's complaints: enough for any explanation, and its cause is near the end. */
const keptLines = 200;
const longestLine = 4000;
const stdoutBytes = 64 * 2 ** 20;

/** Runs a program to its end and keeps what it said. Cancelling stops it, and waits until it is gone. */
export async function runProgram(
  runner: ProgramRunner,
  command: ProgramCommand,
  options: { readonly signal: AbortSignal; readonly onLine?: (line: string) => void },
): Promise<ProgramResult> {
  options.signal.throwIfAborted();
  const program = runner.start(command);
  using _ = stopOnAbort(program, options.signal);
  const [{ code }, stdout, stderr] = await Promise.all([
    program.ended,
    readText(program.stdout, command.argv[0]),
    readLines(program.stderr, options.onLine),
  ]);
  options.signal.throwIfAborted();
  return { code, stdout, stderr };
}

/** Until it is disposed. */
export function stopOnAbort(program: RunningProgram, signal: AbortSignal): Disposable {
  const stop = (): void => {
    program.stop().catch(() => undefined); // what went wrong is told by `ended`
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', stop) };
}

async function readText(stream: AsyncIterable<Uint8Array>, program: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > stdoutBytes)
      throw new MayflyError('IMAGE_LIMIT', `${program} wrote more than ${stdoutBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The last lines of a stream; each is told as it comes. */
export async function readLines(
  stream: AsyncIterable<Uint8Array>,
  onLine: (line: string) => void = () => undefined,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  let rest = '';
  const take = (line: string): void => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    onLine(line);
  };
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split(/[\r\n]+/);
    rest = (parts.pop() ?? '').slice(0, longestLine);
    for (const line of parts) if (line !== '') take(line.slice(0, longestLine));
  }
  if (rest !== '') take(rest);
  return lines;
}
