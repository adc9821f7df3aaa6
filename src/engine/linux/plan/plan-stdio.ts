import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { noSlot, type Slot, type Tape } from '../tape/op.ts';
import type { StdioSlots } from './container-input.ts';
import { ttyGid } from './plan-dev.ts';
import type { Stdio } from './plan-process.ts';
import type { ResolvedUser } from './resolve-user.ts';

export interface StdioChoice {
  readonly given: StdioSlots;
  readonly user: ResolvedUser;
  readonly mappedIds: number;
}

/** Slots that are filled where there is need: a null device as standard input, both ends of a terminal. */
export interface StdioScratch {
  readonly input: Slot;
  readonly master: Slot;
  readonly peer: Slot;
}

/** pump modes of `offerPump`. */
const bothWays = 3;

/**
 * Makes the streams the user's own, for else `/dev/stdout` cannot be opened again (EACCES through /proc/self/fd). A terminal is
 * made in the container's devpts, so this comes after the container's root is `/`.
 */
export function planStdioOwners(
  choice: StdioChoice,
  scratch: StdioScratch,
): { readonly ops: Tape; readonly stdio: Stdio } {
  const { given, user } = choice;
  if (given.kind === 'terminal') return planTerminal(choice, given, scratch);
  const own =
    given.stdin === undefined ? [given.stdout, given.stderr] : [given.stdin, given.stdout, given.stderr];
  const { uid, gid } = user;
  return {
    ops: uid === 0 ? [] : own.map((slot) => ({ kind: 'chownSlot', slot, uid, gid }) as const),
    stdio: {
      stdin: given.stdin ?? scratch.input,
      stdout: given.stdout,
      stderr: given.stderr,
      isTerminal: false,
    },
  };
}

function planTerminal(
  { user, mappedIds }: StdioChoice,
  { stream, process }: StdioSlots & { readonly kind: 'terminal' },
  { master, peer }: StdioScratch,
): { readonly ops: Tape; readonly stdio: Stdio } {
  const gid = mappedIds > ttyGid ? ttyGid : 0;
  return {
    ops: [
      { kind: 'newTerminal', dir: noSlot, master, peer },
      ...(user.uid === 0 ? [] : [{ kind: 'chownSlot', slot: peer, uid: user.uid, gid } as const]),
      { kind: 'offerPump', slot: master, stream, mode: bothWays, process },
    ],
    stdio: { stdin: peer, stdout: peer, stderr: peer, isTerminal: true },
  };
}

/** A process without input reads from the null device; `dir` and `path` name one that no container can have replaced. */
export function planNullInput(given: StdioSlots, dir: Slot, path: string, into: Slot): Tape {
  if (given.kind === 'terminal' || given.stdin !== undefined) return [];
  const resolve = dir === noSlot ? 0 : resolveFlags.RESOLVE_IN_ROOT;
  return [{ kind: 'open', dir, path, flags: openFlags.O_RDWR | openFlags.O_CLOEXEC, mode: 0, resolve, into }];
}
