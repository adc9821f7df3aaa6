import { MayflyError } from '../../../core/mayfly-error.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import { openTreeFlags } from '../abi/mount-flags.ts';
import { parseStatx } from '../container/parse-statx.ts';
import { noSlot, type Op, type Slot, type Tape } from '../tape/op.ts';
import type { IdMapping } from './id-mapping.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import { openForReading } from './plan-supervisor.ts';
import { initSlots, supervisorSlots } from './sandbox-slots.ts';

export interface HostTree {
  readonly type: 'file' | 'directory';
}

const flags = openTreeFlags.OPEN_TREE_CLONE | openTreeFlags.AT_RECURSIVE;

/**
 * Brings a file or directory of the host into the sandbox, as a detached mount in the init's slot `into`. Root's sandboxes
 * get it from the supervisor, with the host's ids as the container's (else everything would belong to nobody); a user's init
 * opens it itself, with the user's own rights and no more.
 */
export async function openHostTree(
  opened: OpenedSandbox,
  mapping: IdMapping,
  hostPath: string,
  into: Slot,
): Promise<HostTree> {
  try {
    return mapping.kind === 'range'
      ? await passTree(opened, hostPath, into)
      : await openFromInside(opened, hostPath, into);
  } catch (cause) {
    if (!(cause instanceof MayflyError) || cause.code !== 'LAUNCH_FAILED') throw cause;
    throw new MayflyError('SCENARIO_FORBIDDEN', `${hostPath} cannot be mounted: ${cause.message}`, {
      cause,
      hint: 'check that it exists and that you may read it',
    });
  }
}

async function passTree(opened: OpenedSandbox, hostPath: string, into: Slot): Promise<HostTree> {
  const [facts] = await opened.supervisor.perform([{ kind: 'stat', dir: noSlot, path: hostPath, flags: 1 }]);
  const { tree, userNamespace } = supervisorSlots;
  const open: Op = { kind: 'openTree', dir: noSlot, path: hostPath, flags, into: tree };
  const mapIds: Tape = [
    openForReading(`/proc/${opened.initPid}/ns/user`, userNamespace),
    {
      kind: 'setMountAttributes',
      slot: tree,
      set: 0,
      clear: 0,
      propagation: 0,
      userns: userNamespace,
      recursive: 1,
    },
  ];
  try {
    await opened.passing.pass([open, ...mapIds], [tree], [into]);
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    await opened.passing.pass([open], [tree], [into]); // a file system that cannot map ids: everything belongs to nobody
  }
  return { type: typeOf(facts) };
}

async function openFromInside(opened: OpenedSandbox, hostPath: string, into: Slot): Promise<HostTree> {
  const [facts] = await opened.init.perform([
    { kind: 'setns', slot: initSlots.hostMounts, flags: cloneFlags.CLONE_NEWNS },
    { kind: 'stat', dir: noSlot, path: hostPath, flags: 1 },
    { kind: 'openTree', dir: noSlot, path: hostPath, flags, into },
  ]);
  return { type: typeOf(facts) };
}

function typeOf(statx: Uint8Array | undefined): HostTree['type'] {
  return statx !== undefined && parseStatx(statx).type === 'directory' ? 'directory' : 'file';
}

function isUnsupported(error: unknown): boolean {
  const cause =
    error instanceof MayflyError ? (error.cause as { kind?: string; errno?: string } | undefined) : undefined;
  return cause?.kind === 'setMountAttributes' && (cause.errno === 'EINVAL' || cause.errno === 'EPERM');
}
