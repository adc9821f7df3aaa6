import { cloneFlags } from '../abi/clone-flags.ts';
import type { LaunchedProcess } from '../client/launched-process.ts';
import { initSlots } from '../sandbox/sandbox-slots.ts';
import { noSlot, type Slot, type Tape } from '../tape/op.ts';

/**
 * Signals every process of a container but its pid 1, from a child in its pid namespace. Pausing is SIGSTOP rather than the
 * freezer: it needs no cgroup, and a stopped process still dies by SIGKILL (a frozen one does not, kernel-notes).
 */
export function planSignalAll(process: LaunchedProcess, container: Slot): Tape {
  const { CLONE_NEWPID } = cloneFlags;
  return [
    { kind: 'setns', slot: container, flags: CLONE_NEWPID },
    { kind: 'clone', flags: 0, process: process.id, pidfd: noSlot, tape: process.tape },
    { kind: 'setns', slot: initSlots.ownPids, flags: CLONE_NEWPID },
    { kind: 'release', process: process.id },
  ];
}
