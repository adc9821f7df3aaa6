import type { Witness } from '../../../core/probe.ts';
import type { Host } from '../host.ts';

/** By /proc of the host, which only the kernel writes. `directory` names that of the process. */
export function openWitness(
  host: Pick<Host, 'readTextNow' | 'readLinkNow' | 'listNow'>,
  pid: number,
  directory = `/proc/${pid}`,
): Witness {
  const readOf = (place: string, name: string): string | undefined =>
    host.readLinkNow(`${place}/${name}`) ?? host.readTextNow(`${place}/${name}`);
  return {
    pid,
    read: (name) => readOf(directory, name),
    readOf: (other, name) => readOf(`/proc/${other}`, name),
    readSelf: (name) => readOf('/proc/self', name),
    pids: () =>
      host
        .listNow('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(Number),
  };
}
