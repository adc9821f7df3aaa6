import type { Readable, Writable } from 'node:stream';
import type { ExitStatus } from '../../../core/container.ts';
import type { Process } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { parseSignal, signalName } from '../../../core/signals.ts';
import { errnoOf } from '../client/errno-of.ts';
import type { LaunchedProcess, WaitStatus } from '../client/launched-process.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import type { LimitsHit } from '../sandbox/read-cgroup-usage.ts';
import type { Stdio } from '../sandbox/stdio.ts';

/** A process of a container: its main one or one of `exec`. */
export class LinuxProcess implements Process {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<ExitStatus>;
  readonly #init: LauncherClient;
  readonly #launched: LaunchedProcess;
  readonly #terminal: number | undefined;
  #pid: number | undefined;
  #hasEnded = false;

  constructor(
    init: LauncherClient,
    launched: LaunchedProcess,
    stdio: Stdio,
    pid: number | undefined,
    limitsHit: () => Promise<LimitsHit>,
  ) {
    this.#init = init;
    this.#launched = launched;
    this.#terminal = stdio.terminal;
    this.#pid = pid;
    this.stdin = stdio.stdin;
    this.stdout = stdio.stdout;
    this.stderr = stdio.stderr;
    // Writing to a process that has ended is an error of the writer's; nobody may be listening.
    stdio.stdin?.on('error', () => {});
    this.exited = launched.exited.then(async (status) => {
      const hit = await limitsHit();
      this.#pid = undefined;
      this.#hasEnded = true;
      return exitStatus(status, hit);
    });
    this.exited.catch(() => {});
  }

  /** True before anyone who awaits `exited` goes on. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  /** Its number in the sandbox; undefined after the end. Of a container's main process: that of its PID 1. */
  async pidInSandbox(): Promise<number | undefined> {
    if (this.#hasEnded) return undefined;
    try {
      const [reply] = await this.#init.perform([{ kind: 'processId', process: this.#launched.id }]);
      return reply === undefined ? undefined : Buffer.from(reply).readUInt32LE(0);
    } catch (error) {
      if (this.#hasEnded || isNoSuchProcess(error)) return undefined;
      throw error;
    }
  }

  /** A process that has ended already is not an error. */
  async kill(name: string): Promise<void> {
    const signal = parseSignal(name);
    if (signal === undefined) throw new MayflyError('SCENARIO_WRONG_VALUE', `there is no signal ${name}`);
    await this.#init
      .perform([{ kind: 'kill', process: this.#launched.id, signal }])
      .catch(async (error: unknown) => {
        if (isNoSuchProcess(error)) return;
        if (!hasLauncherEnded(error)) throw error;
        await this.exited; // the process ended with it: in order, or else this says so
      });
  }

  async resize(columns: number, rows: number): Promise<void> {
    if (this.#terminal === undefined) return;
    await this.#init.perform([{ kind: 'windowSize', stream: this.#terminal, rows, columns }]).catch(() => {}); // it ended
  }
}

function isNoSuchProcess(error: unknown): boolean {
  return errnoOf(error) === 'ESRCH';
}

function hasLauncherEnded(error: unknown): boolean {
  return error instanceof MayflyError && error.code === 'LAUNCHER_DIED';
}

function exitStatus({ code, signal }: WaitStatus, hit: LimitsHit): ExitStatus {
  return { code, ...(signal === undefined ? {} : { signal: signalName(signal) }), ...hit };
}
