import type { Node } from './bpf.ts';
import type { SeccompAction } from './profile.ts';

/** linux/seccomp.h. */
const returnValues = {
  killProcess: 0x8000_0000,
  killThread: 0,
  trap: 0x0003_0000,
  errno: 0x0005_0000,
  trace: 0x7ff0_0000,
  log: 0x7ffc_0000,
  allow: 0x7fff_0000,
} as const;

/** What a filter returns to the kernel for an action. */
export function returnValue(action: SeccompAction): number {
  const base = returnValues[action.kind];
  return action.kind === 'errno' || action.kind === 'trace' ? base | action.value : base;
}

export function returnAction(action: SeccompAction): Node {
  return { kind: 'return', value: returnValue(action) };
}
