import type { Tape } from '../tape/op.ts';
import { type LaunchFailure, launchError } from './launch-failure.ts';

/** How a process ended, as wait(2) says it. */
export interface WaitStatus {
  /** 0–255, or 128 + signal. */
  readonly code: number;
  readonly signal?: number;
}

/** A process that a tape clones: it starts (its program is executing) or fails, and then ends. */
export class LaunchedProcess {
  readonly id: number;
  readonly tape: Tape;
  /** Its pid in the server's PID namespace, once its program executes; rejects when its tape fails. */
  readonly started: Promise<number>;
  /** Rejects when it never started, or when the launcher ended before it. */
  readonly exited: Promise<WaitStatus>;
  #resolveStarted!: (pid: number) => void;
  #rejectStarted!: (error: Error) => void;
  #resolveExited!: (status: WaitStatus) => void;
  #rejectExited!: (error: Error) => void;

  constructor(id: number, tape: Tape) {
    this.id = id;
    this.tape = tape;
    this.started = new Promise((resolve, reject) => {
      this.#resolveStarted = resolve;
      this.#rejectStarted = reject;
    });
    this.exited = new Promise((resolve, reject) => {
      this.#resolveExited = resolve;
      this.#rejectExited = reject;
    });
    // Whoever cares awaits; a process nobody waits for must not end Node.
    this.started.catch(() => {});
    this.exited.catch(() => {});
  }

  onStarted(pid: number): void {
    this.#resolveStarted(pid);
  }

  onFailed(failure: LaunchFailure): void {
    this.onLauncherEnded(launchError(this.tape, failure));
  }

  onExited(status: number): void {
    const signal = status & 0x7f;
    this.#resolveExited(signal === 0 ? { code: (status >> 8) & 0xff } : { code: 128 + signal, signal });
  }

  onLauncherEnded(error: Error): void {
    this.#rejectStarted(error);
    this.#rejectExited(error);
  }
}
