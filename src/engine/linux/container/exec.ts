import type { ContainerSpec, ProcessSpec } from '../../../core/container.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import { planExec } from '../plan/plan-exec.ts';
import { resolveUser, type UserDatabase } from '../plan/resolve-user.ts';
import { abandonProcess, expectOrAbandon } from '../sandbox/abandon-process.ts';
import { childSlots } from '../sandbox/container-launch.ts';
import { initSlots } from '../sandbox/sandbox-slots.ts';
import { openStdio } from '../sandbox/stdio.ts';
import { noSlot, type Slot, type Tape } from '../tape/op.ts';
import type { ContainerFiles } from './container-files.ts';
import type { ContainerHome } from './container-home.ts';
import { LinuxProcess } from './linux-process.ts';

const { CLONE_NEWPID } = cloneFlags;

/** A further process in a running container: a child of the sandbox's init, which reaps it at once (kernel-notes). */
export async function execInContainer(
  home: ContainerHome,
  container: ContainerSpec,
  pidfd: Slot,
  spec: ProcessSpec,
  files: ContainerFiles,
  program?: Slot,
): Promise<LinuxProcess> {
  const user = resolveUser(spec.user, spec.groupAdd, await userDatabase(home, container, spec, files));
  const { init, slots } = home;
  const stdio = openStdio(init, slots, spec, user);
  const process = expectOrAbandon(init, slots, stdio, [], (id) =>
    planExec({
      process: spec,
      user,
      hostname: container.hostname,
      seccomp: home.seccompFor(spec),
      slots: {
        firstFree: childSlots,
        container: pidfd,
        stdio: stdio.forChild(id),
        cgroupProcs: home.cgroupsOf(container.name),
        ...(program === undefined ? {} : { program }),
      },
      mappedIds: home.mappedIds,
      inheritedOomScoreAdj: home.inheritedOomScoreAdj,
    }),
  );
  const tape: Tape = [
    ...stdio.before,
    { kind: 'setns', slot: pidfd, flags: CLONE_NEWPID },
    { kind: 'clone', flags: 0, process: process.id, pidfd: noSlot, tape: process.tape },
    { kind: 'setns', slot: initSlots.ownPids, flags: CLONE_NEWPID },
    { kind: 'release', process: process.id },
    ...stdio.after(process.id),
  ];
  try {
    await init.perform(tape);
    const pid = await process.started;
    return new LinuxProcess(init, process, stdio, pid, () => home.limitsHitBy(container.name));
  } catch (error) {
    await abandonProcess(init, process, stdio, [], error as Error);
    throw error;
  } finally {
    slots.give(...stdio.slots);
  }
}

/** Root and numbers with a home of no interest need no look-up: what most exec steps use stays one round trip. */
async function userDatabase(
  home: ContainerHome,
  container: ContainerSpec,
  spec: ProcessSpec,
  files: ContainerFiles,
): Promise<UserDatabase> {
  const isRoot = spec.user === '' || spec.user === 'root' || spec.user === '0';
  if (isRoot && spec.groupAdd.length === 0) return home.imageUsers(container);
  const read = (path: string): Promise<string> =>
    files.readFile(path, 1 << 20).then(
      (bytes) => Buffer.from(bytes).toString(),
      () => '',
    );
  const [passwd, group] = await Promise.all([read('/etc/passwd'), read('/etc/group')]);
  return { passwd, group };
}
