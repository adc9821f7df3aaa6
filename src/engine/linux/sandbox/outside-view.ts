import type { ProcessFacts } from '../../../core/engine.ts';
import type { Witness } from '../../../core/probe.ts';
import type { Host } from '../host.ts';
import { openWitness } from '../probe/open-witness.ts';
import { hostPidOf } from './host-pid.ts';
import { readProcesses } from './read-processes.ts';

/** What the host's own /proc says of children of the sandbox's init, which are named by their numbers in the sandbox. */
export class OutsideView {
  readonly #host: Host;
  readonly #initPid: number;

  constructor(host: Host, initPid: number) {
    this.#host = host;
    this.#initPid = initPid;
  }

  /** Those of the PID namespace whose first process this is. */
  async processesOf(pidInSandbox: number): Promise<readonly ProcessFacts[]> {
    return readProcesses(this.#host, await hostPidOf(this.#host, this.#initPid, pidInSandbox));
  }

  async witnessOf(pidInSandbox: number): Promise<Witness> {
    return openWitness(this.#host, await hostPidOf(this.#host, this.#initPid, pidInSandbox));
  }
}
