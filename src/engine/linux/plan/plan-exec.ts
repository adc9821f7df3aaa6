import type { ProcessSpec } from '../../../core/container.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import { openFlags } from '../abi/open-flags.ts';
import type { SeccompProgram } from '../seccomp/seccomp-program.ts';
import { noSlot, type Slot, type Tape } from '../tape/op.ts';
import { checkMapped } from './check-mapped.ts';
import type { StdioSlots } from './container-input.ts';
import { makeDirectories } from './make-target.ts';
import { planBecomeRoot, planJoinCgroups, planOomScore } from './plan-entry.ts';
import { planProcess } from './plan-process.ts';
import { planNullInput, planStdioOwners } from './plan-stdio.ts';
import type { ResolvedUser } from './resolve-user.ts';
import { pathComponents } from './sandbox-layout.ts';
import { SlotCounter } from './slot-counter.ts';

export interface ExecInput {
  readonly process: ProcessSpec;
  readonly user: ResolvedUser;
  readonly hostname: string;
  readonly seccomp: SeccompProgram | undefined;
  readonly slots: ExecSlots;
  readonly mappedIds: number;
  readonly inheritedOomScoreAdj: number;
}

interface ExecSlots {
  readonly firstFree: Slot;
  /** A pidfd of a process of the container. */
  readonly container: Slot;
  readonly stdio: StdioSlots;
  readonly cgroupProcs: readonly Slot[];
  /** A program of ours instead of one of the image. */
  readonly program?: Slot;
}

const { CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP } = cloneFlags;
const joined = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

/**
 * The tape of a further process in a running container: a child of init, which had entered the container's pid namespace when it
 * cloned (a process cannot change its own). What comes from outside is opened before it enters the rest.
 */
export function planExec({
  process,
  user,
  hostname,
  seccomp,
  slots,
  mappedIds,
  inheritedOomScoreAdj,
}: ExecInput): Tape {
  checkMapped(user, process.groupAdd, mappedIds, `a process in ${hostname}`);
  const counter = new SlotCounter(slots.firstFree);
  const ends = { input: counter.take(), master: counter.take(), peer: counter.take() };
  const root = counter.take();
  const scratch = counter.take();
  const { ops, stdio } = planStdioOwners({ given: slots.stdio, user, mappedIds }, ends);
  return [
    { kind: 'await' },
    ...planJoinCgroups(slots.cgroupProcs),
    ...planNullInput(slots.stdio, noSlot, '/dev/null', ends.input),
    ...planOomScore(process.oomScoreAdj, inheritedOomScoreAdj, noSlot, '/proc/self/oom_score_adj'),
    { kind: 'setns', slot: slots.container, flags: joined },
    ...planBecomeRoot(mappedIds),
    {
      kind: 'open',
      dir: noSlot,
      path: '/',
      flags: openFlags.O_PATH | openFlags.O_CLOEXEC,
      mode: 0,
      resolve: 0,
      into: root,
    },
    ...makeDirectories(root, pathComponents(process.workingDir, 'working directory')),
    ...ops,
    ...planProcess({
      process,
      user,
      hostname,
      seccomp,
      mappedIds,
      init: false,
      stdio,
      scratch,
      ...(slots.program === undefined ? {} : { program: slots.program }),
    }),
  ];
}
