import { cloneFlags } from '../abi/clone-flags.ts';
import { mountAttributes, openTreeFlags } from '../abi/mount-flags.ts';
import { noSlot, type Op, type Tape } from '../tape/op.ts';
import { type IdMapping, renderIdMap } from './id-mapping.ts';
import { supervisorSlots as slots } from './sandbox-slots.ts';

export interface SupervisorPlan {
  readonly mapping: IdMapping;
  /** The number of the init among the supervisor's processes. */
  readonly initProcess: number;
  readonly initTape: Tape;
}

const sandboxNamespaces =
  cloneFlags.CLONE_NEWUSER |
  cloneFlags.CLONE_NEWNS |
  cloneFlags.CLONE_NEWPID |
  cloneFlags.CLONE_NEWNET |
  cloneFlags.CLONE_NEWIPC |
  cloneFlags.CLONE_NEWUTS |
  cloneFlags.CLONE_NEWCGROUP;

/** Descriptor on which Node gives the supervisor the init's channel. */
const inheritedInitChannel = 4;

/** First tape of the supervisor: clones the init, which waits until its ids are mapped. Replies with the init's pid. */
export function planSupervisor(plan: SupervisorPlan): Tape {
  return [
    { kind: 'selfImage', into: slots.self },
    { kind: 'adopt', fd: inheritedInitChannel, into: slots.initChannel },
    { kind: 'socketPair', a: slots.passTo, b: slots.passFrom },
    {
      kind: 'clone',
      flags: sandboxNamespaces,
      process: plan.initProcess,
      pidfd: slots.initPidfd,
      tape: plan.initTape,
    },
    ...planOwnIdMaps(plan),
    { kind: 'processId', process: plan.initProcess },
  ];
}

/** Root writes the maps itself, and so may a user who maps only himself; for subordinate ids newuidmap is asked (by Node). */
function planOwnIdMaps({ mapping, initProcess }: SupervisorPlan): readonly Op[] {
  const write = (name: string, text: string): Op => ({
    kind: 'writeProcessFile',
    process: initProcess,
    name,
    data: Buffer.from(text),
  });
  const maps = [write('uid_map', renderIdMap(mapping.uids)), write('gid_map', renderIdMap(mapping.gids))];
  switch (mapping.kind) {
    case 'range':
      return maps;
    case 'single-id':
      return [write('setgroups', 'deny'), ...maps];
    case 'subids':
      return [];
  }
}

export interface ReleasePlan {
  readonly initProcess: number;
  readonly initPid: number;
  /** The store's layers, to be handed in idmapped; undefined where the init opens them itself. */
  readonly idmappedStore?: string;
}

/** Second tape, once the ids are mapped: hands in what only host root can make, and lets the init go. */
export function planRelease(plan: ReleasePlan): Tape {
  return [
    ...(plan.idmappedStore === undefined ? [] : planIdmappedTree(plan.idmappedStore, plan.initPid)),
    { kind: 'release', process: plan.initProcess },
    { kind: 'close', slot: slots.initChannel },
    { kind: 'close', slot: slots.self },
    { kind: 'close', slot: slots.passFrom },
  ];
}

/** A detached, read-only copy of a directory tree on which the sandbox's ids appear as the host's (mount_setattr(2)). */
function planIdmappedTree(path: string, initPid: number): Tape {
  const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NODEV } = mountAttributes;
  return [
    openForReading(`/proc/${initPid}/ns/user`, slots.userNamespace),
    { kind: 'openTree', dir: noSlot, path, flags: openTreeFlags.OPEN_TREE_CLONE, into: slots.tree },
    {
      kind: 'setMountAttributes',
      slot: slots.tree,
      set: MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV,
      clear: 0,
      propagation: 0,
      userns: slots.userNamespace,
      recursive: 0,
    },
    { kind: 'sendSlot', socket: slots.passTo, slot: slots.tree },
    { kind: 'close', slot: slots.tree },
    { kind: 'close', slot: slots.userNamespace },
  ];
}

export function openForReading(path: string, into: number): Op {
  return { kind: 'open', dir: noSlot, path, flags: 0, mode: 0, resolve: 0, into };
}
