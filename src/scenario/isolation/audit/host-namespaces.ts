import type { Witness } from '../../../core/probe.ts';
import type { Verdict } from '../check.ts';
import { fail, inconclusive, unsupported } from '../verdict.ts';

/** Whose namespace the process is in, as far as this user is told. */
export type Side =
  | { readonly kind: 'host'; readonly name: string; readonly whose: string }
  | { readonly kind: 'own'; readonly name: string; readonly hosts: string }
  | { readonly kind: 'closed' }
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
  if (its === first) return { kind: 'host', name: its, whose: 'that of process 1' };
  return { kind: 'own', name: its, hosts: ours };
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
    case 'own':
      return undefined;
  }
}

/** What proc(5) keeps from users who may not trace a process. */
export const closed = (file: string): Verdict =>
  unsupported(`/proc/PID/${file} of it is not for this user to read: run as root`);
