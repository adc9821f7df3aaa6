import type { Witness } from '../../../core/probe.ts';
import type { Host } from '../host.ts';

/** By /proc of the host, which only the kernel writes. */
export function openWitness(
  host: Pick<Host, 'readTextNow' | 'readLinkNow' | 'listNow'>,
  pid: number,
  held = `/proc/${pid}`,
): Witness {
  const readOf = (directory: string, name: string): string | undefined =>
    host.readLinkNow(`${directory}/${name}`) ?? host.readTextNow(`${directory}/${name}`);
  return {
    pid,
    read: (name) => readOf(held, name),
    readOf: (other, name) => readOf(`/proc/${other}`, name),
    readSelf: (name) => readOf('/proc/self', name),
    pids: () =>
      host
        .listNow('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(Number),
  };
}
