import type { Witness } from '../../../core/probe.ts';
import type { Host } from '../host.ts';

/** By /proc of the host, which only the kernel writes. */
export function openWitness(host: Pick<Host, 'readTextNow' | 'readLinkNow'>, pid: number): Witness {
  const readOf = (directory: string, name: string): string | undefined =>
    host.readLinkNow(`${directory}/${name}`) ?? host.readTextNow(`${directory}/${name}`);
  return {
    pid,
    read: (name) => readOf(`/proc/${pid}`, name),
    readSelf: (name) => readOf('/proc/self', name),
  };
}
