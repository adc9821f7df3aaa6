import type { ContainerSpec } from '../../../core/container.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import type { LaunchedProcess } from '../client/launched-process.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import type { ContainerFacts } from '../plan/container-input.ts';
import { planContainer } from '../plan/plan-container.ts';
import type { ResolvedUser } from '../plan/resolve-user.ts';
import type { SeccompProgram } from '../seccomp/seccomp-program.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import { abandonProcess, expectOrAbandon } from './abandon-process.ts';
import type { WritableLayer } from './attic.ts';
import { inAttic, planAtticCopy } from './plan-attic.ts';
import { openForReading } from './plan-supervisor.ts';
import type { SlotPool } from './slot-pool.ts';
import { openStdio, type Stdio } from './stdio.ts';

/** Where the numbers of a child's own descriptors begin: far above what the init gives out. */
export const childSlots = 60_000;

/** Everything decided about one start of a container. */
export interface LaunchChoice {
  readonly spec: ContainerSpec;
  readonly imageKey: string;
  readonly layer: WritableLayer;
  readonly user: ResolvedUser;
  readonly addresses: readonly string[];
  readonly seccomp: SeccompProgram | undefined;
  readonly facts: ContainerFacts;
  readonly cgroupProcs: readonly Slot[];
  /** The text of the container's uid_map and gid_map; `setgroups` is denied where it maps one id. */
  readonly idMap: string;
  /** Made in the attic before: for each mount its name there, or undefined. */
  readonly mountNames: readonly (AtticMount | undefined)[];
  /** By path on the host. */
  readonly devices: Readonly<Record<string, AtticMount>>;
  /** For a shared network: a pidfd of its owner. */
  readonly networkOf?: Slot;
  readonly program?: Slot;
  readonly pidfd: Slot;
  /** Gets the container's mount namespace. */
  readonly mountNamespace: Slot;
  /** Performed by init once the container's namespaces exist and before its program runs. */
  readonly network: Tape;
  /** Done between clone and release, with the container's pid as the init sees it. */
  readonly beforeRelease?: (pid: number) => Promise<void>;
}

export interface AtticMount {
  readonly name: string;
  readonly type: 'file' | 'directory';
}

export interface Launched {
  readonly process: LaunchedProcess;
  readonly stdio: Stdio;
}

const { CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWNET } = cloneFlags;
const containerNamespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;

/** Clones a container and lets it go, in one tape of the init; resolves when its program executes. */
export async function launchContainer(
  init: LauncherClient,
  slots: SlotPool,
  choice: LaunchChoice,
): Promise<Launched> {
  const upper = slots.take();
  const below = choice.layer.below.map((name) => ({ name, slot: slots.take() }));
  const mounts = choice.mountNames.map((each) =>
    each === undefined ? undefined : { ...each, slot: slots.take() },
  );
  const devices = Object.entries(choice.devices).map(([path, mount]) => ({
    path,
    ...mount,
    slot: slots.take(),
  }));
  const fromAttic = [...mounts.flatMap((each) => each ?? []), ...devices, ...below];
  const stdio = openStdio(init, slots, choice.spec.process, choice.user);
  const taken = [upper, ...fromAttic.map(({ slot }) => slot)];
  const process = expectOrAbandon(init, slots, stdio, taken, (id) =>
    planContainer({
      ...choice,
      slots: {
        firstFree: childSlots,
        upper: { kind: 'slot', slot: upper, type: 'directory' },
        below: below.map(({ slot }) => slot),
        mounts: mounts.map((each) =>
          each === undefined ? undefined : { kind: 'slot', slot: each.slot, type: each.type },
        ),
        devices: Object.fromEntries(
          devices.map(({ path, slot, type }) => [path, { kind: 'slot', slot, type }]),
        ),
        stdio: stdio.forChild(id),
        cgroupProcs: choice.cgroupProcs,
        ...(choice.program === undefined ? {} : { program: choice.program }),
      },
    }),
  );
  const tape: Tape = [
    ...inAttic([
      planAtticCopy(choice.layer.place, upper),
      ...fromAttic.map(({ name, slot }) => planAtticCopy(name, slot)),
    ]),
    ...stdio.before,
    ...planClone(choice, process),
    ...choice.network,
    { kind: 'setns', slot: choice.pidfd, flags: CLONE_NEWNS },
    openForReading('/proc/self/ns/mnt', choice.mountNamespace),
    { kind: 'release', process: process.id },
    ...stdio.after(process.id),
    ...taken.map((slot): Op => ({ kind: 'close', slot })),
  ];
  try {
    if (choice.beforeRelease === undefined) await init.perform(tape);
    else await performInTwo(init, tape, process, choice.beforeRelease);
    await process.started;
  } catch (error) {
    await abandonProcess(init, process, stdio, taken, error as Error);
    throw error;
  } finally {
    slots.give(...taken, ...stdio.slots);
  }
  return { process, stdio };
}

/** The tape with a pause before `release`. */
async function performInTwo(
  init: LauncherClient,
  tape: Tape,
  process: LaunchedProcess,
  between: (pid: number) => Promise<void>,
): Promise<void> {
  const at = tape.findIndex(({ kind }) => kind === 'release');
  const replies = await init.perform([...tape.slice(0, at), { kind: 'processId', process: process.id }]);
  await between(Buffer.from(replies.at(-1) ?? []).readUInt32LE(0));
  await init.perform(tape.slice(at));
}

function planClone(choice: LaunchChoice, process: LaunchedProcess): Tape {
  const ownNetwork = choice.networkOf === undefined;
  const map = (name: string): Op => ({
    kind: 'writeProcessFile',
    process: process.id,
    name,
    data: Buffer.from(choice.idMap),
  });
  return [
    ...(choice.networkOf === undefined
      ? []
      : [{ kind: 'setns', slot: choice.networkOf, flags: CLONE_NEWNET } as const]),
    {
      kind: 'clone',
      flags: containerNamespaces | (ownNetwork ? CLONE_NEWNET : 0),
      process: process.id,
      pidfd: choice.pidfd,
      tape: process.tape,
    },
    ...(choice.facts.mappedIds === 1
      ? [
          {
            kind: 'writeProcessFile',
            process: process.id,
            name: 'setgroups',
            data: Buffer.from('deny'),
          } as const,
        ]
      : []),
    map('uid_map'),
    map('gid_map'),
  ];
}
