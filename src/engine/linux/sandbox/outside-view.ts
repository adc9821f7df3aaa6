import type { ProcessFacts } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Witness } from '../../../core/probe.ts';
import type { Host } from '../host.ts';
import { openWitness } from '../probe/open-witness.ts';
import { readHostPids } from './host-pid.ts';
import { oncePerTurn } from './once-per-turn.ts';
import { type Inhabitants, readInhabitants, readProcesses } from './read-processes.ts';

/** What the host's own /proc says of children of the sandbox's init. */
export class OutsideView {
  readonly #host: Host;
  readonly #hostPids: () => Promise<ReadonlyMap<number, number>>;
  readonly #inhabitants: () => Promise<Inhabitants>;

  constructor(host: Host, initPid: number) {
    this.#host = host;
    this.#hostPids = oncePerTurn(() => readHostPids(host, initPid));
    this.#inhabitants = oncePerTurn(() => readInhabitants(host));
  }

  /** From the number that it has in the sandbox; what is asked here otherwise is by the host's. */
  async hostPidOf(pidInSandbox: number): Promise<number> {
    const pid = (await this.#hostPids()).get(pidInSandbox);
    if (pid !== undefined) return pid;
    const what = `process ${pidInSandbox} of the sandbox is not among the children of its init`;
    throw new MayflyError('INTERNAL', what);
  }

  /** Those of the PID namespace whose first process this is. */
  async processesOf(first: number): Promise<readonly ProcessFacts[]> {
    return readProcesses(this.#host, first, await this.#inhabitants());
  }

  witnessOf(pid: number): Witness {
    return openWitness(this.#host, pid);
  }
}
