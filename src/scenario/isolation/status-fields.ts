import type { Witness } from '../../core/probe.ts';
import { readInside } from './calls.ts';
import { oncePerExamination } from './once-per-examination.ts';

/** Of a new process of the service, which several checks look at. */
export const readNewStatus = oncePerExamination(
  ({ name }) => name,
  ({ probe }) => readInside(probe, '/proc/self/status'),
);

/** A line of /proc/PID/status (proc(5)): the words after its name; none when it is not there. */
export function statusField(status: string, name: string): readonly string[] {
  const line = status.split('\n').find((each) => each.startsWith(`${name}:`));
  return line === undefined
    ? []
    : line
        .slice(name.length + 1)
        .trim()
        .split(/\s+/);
}

/** The host's number of what started a container's first process: the sandbox's init here, a shim elsewhere. */
export function parentOf(witness: Witness): number {
  return Number(statusField(witness.read('status') ?? '', 'PPid')[0] ?? 0);
}
