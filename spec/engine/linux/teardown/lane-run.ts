import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunningMayfly } from '../../../cli/mayfly-process.ts';
import { childrenOf } from '../sandbox-processes.ts';

const pollMs = 1;

/** A run that nsenter(1) may stand before: it forks, and says how its child ended by ending the same way. */
export class LaneRun extends RunningMayfly {
  readonly #outer: number;
  #inner = 0;

  constructor(child: ChildProcess, isEntered: boolean) {
    super(child);
    this.#outer = child.pid ?? 0;
    if (!isEntered) this.#inner = this.#outer;
  }

  /** Until there is a process of the run's own to be killed. */
  async entered(): Promise<void> {
    while (this.#inner === 0) {
      const [child] = childrenOf(this.#outer);
      if (child === undefined) await sleep(pollMs);
      else this.#inner = child;
    }
  }

  override get pid(): number {
    return this.#inner;
  }

  override kill(signal: NodeJS.Signals): void {
    try {
      process.kill(this.#inner, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended by itself
    }
  }
}
