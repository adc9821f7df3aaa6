import type { Witness } from '../../../core/probe.ts';
import type { Verdict } from '../check.ts';
import { fail, inconclusive, unsupported } from '../verdict.ts';

/** Whose namespace the process is in, as far as this user is told. */
export type Side =
  | { readonly kind: 'host'; readonly name: string; readonly whose: string }
  | { readonly kind: 'own'; readonly name: string; readonly hosts: string }
  | { readonly kind: 'closed' }
  /** It is not the runner's, but may be that of process 1. */
  | { readonly kind: 'untold' }
  | { readonly kind: 'unknown' };

/** The host is where this runner is, and where number 1 of what it sees is: the two may differ (`nsenter`). */
export function sideOf(witness: Witness, name: string): Side {
  const [its, ours, first] = [
    witness.read(`ns/${name}`),
    witness.readSelf(`ns/${name}`),
    witness.readOf(1, `ns/${name}`),
  ];
  if (its === undefined) return { kind: 'closed' };
  if (ours === undefined) return { kind: 'unknown' };
  if (its === ours) return { kind: 'host', name: its, whose: "the runner's own" };
  if (first === undefined && !isInitial(ours)) return { kind: 'untold' };
  if (its === first) return { kind: 'host', name: its, whose: 'that of process 1' };
  return { kind: 'own', name: its, hosts: ours };
}

/**
 * The kernel's first namespaces have numbers of their own, below all others (linux/proc_ns.h: PROC_IPC_INIT_INO and the like, linux/nsfs.h;
 * fs/proc/generic.c: PROC_DYNAMIC_FIRST): who is in them is at the host, wherever process 1 is. Those of mounts and of networks have had them for
 * a short time only.
 */
function isInitial(name: string): boolean {
  const number = Number(/\[(\d+)\]$/.exec(name)?.[1]);
  return number > 0xefff_0000 && number < 0xf000_0000;
}

/** Undefined where the process is known to be in a namespace of its own; for claims that can hold in one only. */
export function notApart(witness: Witness, name: string, what: string): Verdict | undefined {
  const side = sideOf(witness, name);
  switch (side.kind) {
    case 'host':
      return fail(`${what}: ${side.name} is ${side.whose}`);
    case 'closed':
      return closed(`ns/${name}`);
    case 'unknown':
      return inconclusive("the host's /proc does not tell the runner's own namespaces");
    case 'untold':
      return untold(name);
    case 'own':
      return undefined;
  }
}

/** What proc(5) keeps from users who may not trace a process. */
export const closed = (file: string): Verdict =>
  unsupported(`/proc/PID/${file} of it is not for this user to read: run as root`);

export const untold = (name: string): Verdict =>
  unsupported(
    `it is not the runner's, but whether it is that of process 1 is told by /proc/1/ns/${name}, which is not for this user to read: run as root`,
  );
