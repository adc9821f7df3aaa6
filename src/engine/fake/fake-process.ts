import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import type { ExitStatus } from '../../core/container.ts';
import type { Process } from '../../core/engine.ts';
import type { FakeGate } from './fake-gate.ts';

/** signal(7), those that end or stop a process here. */
const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/** Thrown into a program whose process has ended, so that its code unwinds. */
class ProcessEnded extends Error {}

/** A process of a fake container: streams, signals and one end. */
export class FakeProcess implements Process {
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly input: PassThrough;
  readonly exited: Promise<ExitStatus>;
  readonly onEnd: (() => void)[] = [];
  readonly #pid: number;
  readonly #hasStdin: boolean;
  readonly #tty: boolean;
  readonly #gate: FakeGate;
  readonly #clock: Clock;
  readonly #actions = new Map<string, (() => void) | 'ignore'>();
  readonly #ended = new AbortController();
  #resolve: (status: ExitStatus) => void = () => {};

  constructor(pid: number, stdin: boolean, tty: boolean, gate: FakeGate, clock: Clock) {
    this.#pid = pid;
    this.#hasStdin = stdin;
    this.#tty = tty;
    this.#gate = gate;
    this.#clock = clock;
    this.stdout = new PassThrough({ highWaterMark: 65_536 });
    this.stderr = new PassThrough({ highWaterMark: 65_536 });
    this.input = new PassThrough();
    if (!stdin) this.input.end();
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get pid(): number | undefined {
    return this.hasEnded ? undefined : this.#pid;
  }

  get stdin(): Writable | undefined {
    return this.#hasStdin ? this.input : undefined;
  }

  get hasEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  async kill(signalName: string): Promise<void> {
    this.deliver(signalName);
  }

  async resize(): Promise<void> {}

  setAction(signalName: string, action: (() => void) | 'ignore'): void {
    if (signalName !== 'SIGKILL' && signalName !== 'SIGSTOP') this.#actions.set(signalName, action);
  }

  deliver(signalName: string): void {
    const action = this.#actions.get(signalName);
    const number = signalNumbers[signalName];
    if (this.hasEnded || action === 'ignore') return;
    if (action !== undefined) void this.#gate.pass().then(action);
    else if (number !== undefined) this.end({ code: 128 + number, signal: signalName, oomKilled: false });
  }

  end(status: ExitStatus): void {
    if (this.hasEnded) return;
    this.#ended.abort(new ProcessEnded());
    for (const release of this.onEnd) release();
    this.stdout.end();
    this.stderr.end();
    this.#resolve(status);
  }

  async write(stream: 'stdout' | 'stderr', bytes: string | Uint8Array): Promise<void> {
    await this.checkpoint();
    const out: Readable & Writable = this.#tty || stream === 'stdout' ? this.stdout : this.stderr;
    if (out.write(bytes)) return;
    await Promise.race([new Promise((resolve) => out.once('drain', resolve)), this.exited]);
    await this.checkpoint();
  }

  async sleep(ms: number): Promise<void> {
    await this.checkpoint();
    await this.#clock.sleep(ms, this.#ended.signal);
    await this.checkpoint();
  }

  /** Where a program stops: while paused, and for ever once it has ended. */
  async checkpoint(): Promise<void> {
    this.#ended.signal.throwIfAborted();
    await this.#gate.pass();
    this.#ended.signal.throwIfAborted();
  }

  /** Runs a program to its end; a program that throws ends as one that aborts. */
  async runToEnd(body: () => Promise<number>): Promise<void> {
    try {
      this.end({ code: (await body()) & 0xff, oomKilled: false });
    } catch (error) {
      if (error instanceof ProcessEnded) return;
      this.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      this.end({ code: 134, signal: 'SIGABRT', oomKilled: false });
    }
  }
}
