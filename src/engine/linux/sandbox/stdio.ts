import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { ProcessSpec } from '../../../core/container.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import type { StdioSlots } from '../plan/container-input.ts';
import type { ResolvedUser } from '../plan/resolve-user.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import type { SlotPool } from './slot-pool.ts';

const pumpModes = { read: 1, write: 2 } as const;

/** The standard streams of a process to be: what its tape needs, and our ends of them. */
export interface Stdio {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The stream number of a terminal, for its window size. */
  readonly terminal: number | undefined;
  readonly slots: readonly Slot[];
  forChild(process: number): StdioSlots;
  /** By the init, before it clones. */
  readonly before: Tape;
  /** By the init, once the child has its copies. */
  after(process: number): Tape;
  /** The process never started. */
  abandon(): void;
}

/** Real pipes, made in the sandbox: a socket could not be opened again as /dev/stdout (kernel-notes). */
export function openStdio(
  init: LauncherClient,
  slots: SlotPool,
  process: ProcessSpec,
  user: ResolvedUser,
): Stdio {
  return process.tty ? openTerminal(init) : openPipes(init, slots, process, user);
}

function openTerminal(init: LauncherClient): Stdio {
  const stream = init.nextStream();
  const duplex = init.duplex(stream, { readable: true, writable: true });
  const nothing = new PassThrough();
  nothing.end();
  return {
    stdin: duplex,
    stdout: duplex,
    stderr: nothing,
    terminal: stream,
    slots: [],
    forChild: (id) => ({ kind: 'terminal', stream, process: id }),
    before: [],
    after: () => [],
    abandon: () => duplex.destroy(),
  };
}

function openPipes(init: LauncherClient, slots: SlotPool, process: ProcessSpec, user: ResolvedUser): Stdio {
  const input = process.stdin ? pipeEnds(init, slots, 'write') : undefined;
  const output = pipeEnds(init, slots, 'read');
  const errors = pipeEnds(init, slots, 'read');
  const all = [...(input === undefined ? [] : [input]), output, errors];
  return {
    stdin: input?.stream,
    stdout: output.stream,
    stderr: errors.stream,
    terminal: undefined,
    slots: all.flatMap((each) => [each.ours, each.theirs]),
    forChild: () => ({
      kind: 'pipes',
      stdout: output.theirs,
      stderr: errors.theirs,
      ...(input === undefined ? {} : { stdin: input.theirs }),
    }),
    before: all.flatMap((each) => each.make(user)),
    after: (id) => all.flatMap((each) => each.keep(id)),
    abandon: () => {
      for (const each of all) each.stream.destroy();
    },
  };
}

function pipeEnds(init: LauncherClient, slots: SlotPool, mode: 'read' | 'write') {
  const ours = slots.take();
  const theirs = slots.take();
  const number = init.nextStream();
  const reading = mode === 'read';
  const [readEnd, writeEnd] = reading ? [ours, theirs] : [theirs, ours];
  return {
    ours,
    theirs,
    stream: init.duplex(number, { readable: reading, writable: !reading }),
    make: ({ uid, gid }: ResolvedUser): Tape => [
      { kind: 'pipe', readEnd, writeEnd },
      ...(uid === 0 && gid === 0 ? [] : [{ kind: 'chownSlot', slot: theirs, uid, gid } as const]),
    ],
    keep: (process: number): readonly Op[] => [
      { kind: 'close', slot: theirs },
      { kind: 'pump', slot: ours, stream: number, mode: pumpModes[mode], process: reading ? process : 0 },
    ],
  };
}
