import type { ProcessFacts } from '../../../core/engine.ts';
import type { ForeignProcess, ForeignRights, ForeignWitness } from '../../../core/foreign-process.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Probe } from '../../../core/probe.ts';
import type { Host } from '../host.ts';
import { openWitness } from '../probe/open-witness.ts';
import { readProcesses } from '../sandbox/read-processes.ts';
import { type ForeignOptions, startForeignProbe } from './start-foreign-probe.ts';

/** @throws MayflyError TARGET_NOT_FOUND */
export function openForeignProcess(host: Host, options: ForeignOptions, pid: number): ForeignProcess {
  const held = host.holdDirectory(`/proc/${pid}`);
  if (held === undefined) throw new MayflyError('TARGET_NOT_FOUND', `there is no process ${pid}`);
  const witness: ForeignWitness = {
    ...openWitness(host, pid, held.path),
    list: (name) => host.tryListNow(`${held.path}/${name}`),
    readLink: (name) => host.readLinkNow(`${held.path}/${name}`),
    readHost: (path) => host.readTextNow(path),
    listHost: (path) => host.tryListNow(path),
  };
  // A thread has a directory, too, and a zombie: neither has what there is to be looked at.
  const isThere = (): boolean => /^State:\t[^ZX]/m.test(witness.read('status') ?? '');
  if (!isThere()) {
    held.release();
    throw new MayflyError('TARGET_NOT_FOUND', `process ${pid} has ended`);
  }
  return {
    witness,
    isThere,
    processes: (): Promise<readonly ProcessFacts[]> => readProcesses(host, pid),
    probe: (rights: ForeignRights, signal: AbortSignal): Promise<Probe> =>
      startForeignProbe(host, options, { witness, isThere }, rights, signal),
    [Symbol.asyncDispose]: async () => held.release(),
  };
}
