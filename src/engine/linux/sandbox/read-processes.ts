import type { ProcessFacts } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Host } from '../host.ts';

/** Of all command lines of one container together. */
export const commandLineBytes = 16 * 2 ** 20;

/** Command lines are memory of the processes themselves, which they may have made slow to read: Node does not stand still for them. */
type Reader = Pick<Host, 'readText' | 'readTextNow' | 'readLinkNow' | 'listNow'>;

/** By PID namespace, the host's numbers of the processes in it. */
export type Inhabitants = ReadonlyMap<string, readonly string[]>;

export function readInhabitants(host: Reader): Inhabitants {
  const found = new Map<string, string[]>();
  for (const number of host.listNow('/proc').filter((name) => /^\d+$/.test(name))) {
    const namespace = host.readLinkNow(`/proc/${number}/ns/pid`);
    if (namespace === undefined) continue; // it has ended, or is not ours to look at
    const others = found.get(namespace);
    if (others === undefined) found.set(namespace, [number]);
    else others.push(number);
  }
  return found;
}

/**
 * The processes of a container's PID namespace, out of the host's own /proc: nothing that the container mounts, hides or lacks
 * changes what is seen. `first` is the host's number for its PID 1. Without it, none.
 */
export async function readProcesses(
  host: Reader,
  first: number,
  inhabitants = readInhabitants(host),
): Promise<readonly ProcessFacts[]> {
  const namespace = host.readLinkNow(`/proc/${first}/ns/pid`);
  const uidMap = parseUidMap(host.readTextNow(`/proc/${first}/uid_map`) ?? '');
  if (namespace === undefined) return [];
  const found: ProcessFacts[] = [];
  let bytes = 0;
  for (const number of inhabitants.get(namespace) ?? []) {
    const process = await readProcess(host, number, uidMap);
    if (process === undefined) continue;
    bytes += process.argv.reduce((sum, word) => sum + word.length, 0);
    if (bytes > commandLineBytes) {
      const message = `the command lines of the processes are longer than the limit commandLineBytes (${commandLineBytes})`;
      throw new MayflyError('OUTPUT_LIMIT', message);
    }
    found.push(process);
  }
  return found.sort((a, b) => a.pid - b.pid);
}

/** Undefined once it has ended. proc(5): /proc/PID/status and cmdline. */
async function readProcess(host: Reader, number: string, uidMap: UidMap): Promise<ProcessFacts | undefined> {
  const status = host.readTextNow(`/proc/${number}/status`);
  const commandLine = await host.readText(`/proc/${number}/cmdline`);
  const field = (name: string): readonly string[] =>
    new RegExp(`^${name}:\t(.*)$`, 'm').exec(status ?? '')?.[1]?.split('\t') ?? [];
  // The last number is that of the innermost namespace the process is in, which is the container's.
  const pid = Number(field('NSpid').at(-1));
  const hostUid = Number(field('Uid')[1]);
  if (status === undefined || !Number.isInteger(pid) || !Number.isInteger(hostUid)) return undefined;
  const words = (commandLine ?? '').split('\0');
  if (words.at(-1) === '') words.pop();
  return { pid, uid: containerId(hostUid, uidMap), argv: words, name: field('Name')[0] ?? '' };
}

type UidMap = readonly { readonly inside: number; readonly outside: number; readonly count: number }[];

/** user_namespaces(7): read from outside, the second column is in the reader's numbers. */
function parseUidMap(text: string): UidMap {
  return text.split('\n').flatMap((line) => {
    const [inside, outside, count] = line.trim().split(/\s+/).map(Number);
    return inside === undefined || outside === undefined || count === undefined
      ? []
      : [{ inside, outside, count }];
  });
}

/** The kernel's overflow id where nobody inside has a number for it. */
const overflowId = 65_534;

function containerId(outside: number, map: UidMap): number {
  const range = map.find((one) => outside >= one.outside && outside < one.outside + one.count);
  return range === undefined ? overflowId : outside - range.outside + range.inside;
}
