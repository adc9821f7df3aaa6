import type { Witness } from '../../../core/probe.ts';
import type { Host } from '../host.ts';
import { holdPort } from './hold-port.ts';

/** proc(5). Trying both of each would be slow: a failed read costs a hundred times what one does that does not fail. */
const isLink = /^(ns\/\w+|fd\/\d+|exe|cwd|root)$/;

/** By /proc of the host, which only the kernel writes. `directory` names that of the process. */
export function openWitness(
  host: Pick<Host, 'readTextNow' | 'readLinkNow' | 'listNow'>,
  pid: number,
  directory = `/proc/${pid}`,
): Witness {
  const readOf = (place: string, name: string): string | undefined =>
    isLink.test(name) ? host.readLinkNow(`${place}/${name}`) : host.readTextNow(`${place}/${name}`);
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
    holdPort,
  };
}
