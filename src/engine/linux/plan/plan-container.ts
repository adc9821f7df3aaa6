import { cloneFlags } from '../abi/clone-flags.ts';
import type { Tape } from '../tape/op.ts';
import { checkMapped } from './check-mapped.ts';
import type { ContainerInput } from './container-input.ts';
import { makeDirectories } from './make-target.ts';
import { planConsole, planDev, planDevices } from './plan-dev.ts';
import { planBecomeRoot, planJoinCgroups, planOomScore } from './plan-entry.ts';
import { planEtcFiles } from './plan-etc-files.ts';
import { planMasks } from './plan-masks.ts';
import { planMounts } from './plan-mounts.ts';
import { planPivot } from './plan-pivot.ts';
import { planIpcSysctls, planProc } from './plan-proc.ts';
import { planProcess } from './plan-process.ts';
import { planReadOnlyRoot, planRootfs } from './plan-rootfs.ts';
import { planNullInput, planStdioOwners } from './plan-stdio.ts';
import { planSys } from './plan-sys.ts';
import { planFileStore, planPrivateFile } from './private-file.ts';
import { pathComponents } from './sandbox-layout.ts';
import { SlotCounter } from './slot-counter.ts';

type Slots = ReturnType<typeof takeSlots>;

/**
 * The tape of a container's first process: a child of init in new user, mount, pid, network, ipc and uts namespaces, which waits
 * at `await` until init has written its id maps and set up its network.
 */
export function planContainer(input: ContainerInput): Tape {
  const slots = takeSlots(input.slots.firstFree);
  const { spec, facts } = input;
  checkMapped(input.user, spec.process.groupAdd, facts.mappedIds, spec.name);
  return [
    { kind: 'await' },
    ...planBecomeRoot(facts.mappedIds),
    ...planJoinCgroups(input.slots.cgroupProcs),
    { kind: 'unshare', flags: cloneFlags.CLONE_NEWCGROUP },
    ...planFileSystems(input, slots),
    ...planIpcSysctls(spec.sysctls, slots.proc),
    ...planOomScore(spec.process.oomScoreAdj, facts.inheritedOomScoreAdj, slots.proc, 'self/oom_score_adj'),
    ...planMasks(spec.maskedPaths, spec.readonlyPaths, slots),
    ...(spec.rootfs.readOnly ? [planReadOnlyRoot(slots.root)] : []),
    ...planPivot(slots.root, spec.hostname, spec.domainname),
    ...planMain(input, slots),
  ];
}

function planFileSystems(
  { spec, imageKey, addresses, slots: given, facts }: ContainerInput,
  slots: Slots,
): Tape {
  const etcFiles = planEtcFiles(spec, addresses);
  const files = [
    ...etcFiles,
    ...spec.mounts.flatMap((mount) => (mount.kind === 'file' ? [{ ...mount, readOnly: true }] : [])),
  ];
  return [
    ...planRootfs(
      { layers: spec.rootfs.layers.length, imageKey, upper: given.upper, below: given.below },
      slots,
    ),
    ...planProc(slots.root, slots.proc),
    ...planSys(facts, slots),
    ...planDev(
      { shmBytes: spec.shmBytes, mappedIds: facts.mappedIds, tty: given.stdio.kind === 'terminal' },
      slots,
    ),
    ...planDevices(spec.devices, given.devices, slots),
    ...(files.length === 0 ? [] : planFileStore(files, slots)),
    ...etcFiles.flatMap((file, index) => planPrivateFile(file, index, slots)),
    ...planMounts(spec.mounts, given.mounts, slots, etcFiles.length),
    ...makeDirectories(slots.root, pathComponents(spec.process.workingDir, 'working directory')),
  ];
}

function planMain({ spec, user, seccomp, slots: given, facts }: ContainerInput, slots: Slots): Tape {
  const { ops, stdio } = planStdioOwners({ given: given.stdio, user, mappedIds: facts.mappedIds }, slots);
  return [
    ...planNullInput(given.stdio, slots.dev, 'null', slots.input),
    ...ops,
    ...(stdio.isTerminal ? planConsole(slots) : []),
    ...planProcess({
      process: spec.process,
      user,
      hostname: spec.hostname,
      seccomp,
      mappedIds: facts.mappedIds,
      init: spec.init,
      stdio,
      scratch: slots.scratch,
      ...(given.program === undefined ? {} : { program: given.program }),
    }),
  ];
}

function takeSlots(firstFree: number) {
  const counter = new SlotCounter(firstFree);
  return {
    sandbox: counter.take(),
    root: counter.take(),
    proc: counter.take(),
    sys: counter.take(),
    cgroup: counter.take(),
    dev: counter.take(),
    pts: counter.take(),
    files: counter.take(),
    emptyFile: counter.take(),
    emptyDirectory: counter.take(),
    input: counter.take(),
    master: counter.take(),
    peer: counter.take(),
    scratch: counter.take(),
  };
}
