import type { ProcessSpec } from '../../../core/container.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import { openFlags } from '../abi/open-flags.ts';
import { planBecomeRoot } from '../plan/plan-entry.ts';
import { planProcess, type Stdio } from '../plan/plan-process.ts';
import { asProbe } from '../probe/as-probe.ts';
import { noSlot, type Op, type Slot, type Tape } from '../tape/op.ts';
import type { ForeignCredentials } from './foreign-credentials.ts';

/** Slots of the server that enters namespaces of others. */
export const foreignSlots = { self: 0, target: 1, namespaces: 8, scratch: 32, firstFree: 64 } as const;

/** Every kind but the user's and that of processes, which have their places in the order. */
const plain = ['net', 'ipc', 'uts', 'cgroup', 'mnt'] as const;
const kinds = [...plain, 'pid', 'user'] as const;
type Kind = (typeof kinds)[number];

const flagOf: Readonly<Record<Kind, number>> = {
  net: cloneFlags.CLONE_NEWNET,
  ipc: cloneFlags.CLONE_NEWIPC,
  uts: cloneFlags.CLONE_NEWUTS,
  cgroup: cloneFlags.CLONE_NEWCGROUP,
  mnt: cloneFlags.CLONE_NEWNS,
  pid: cloneFlags.CLONE_NEWPID,
  user: cloneFlags.CLONE_NEWUSER,
};

const slotOf = (kind: Kind): Slot => foreignSlots.namespaces + kinds.indexOf(kind);
const enter = (kind: Kind): Op => ({ kind: 'setns', slot: slotOf(kind), flags: flagOf[kind] });

/**
 * How the user namespace is entered: by root at last, for it has the rights to enter all the others without it, some of which may
 * belong to another user namespace; by a user at first, for nothing else gives the rights to enter the others. Not at all where it
 * is the runner's.
 */
export type UserEntry = 'at first' | 'at last' | 'not at all';

/**
 * What may be executed and not read is not dumpable from its exec on (fs/exec.c, `would_dump`): nobody beside the helper may trace it,
 * not in the moment before it says so itself.
 */
const planHiddenImage: Tape = [
  { kind: 'selfImage', into: foreignSlots.self },
  { kind: 'chmodSlot', slot: foreignSlots.self, mode: 0o111 },
];

/** The server's first tape: everything is opened before anything is entered, and nobody may trace it from then on. */
export function planOpenNamespaces(pid: number): Tape {
  const open = (kind: Kind): Op => ({
    kind: 'open',
    dir: foreignSlots.target,
    path: `ns/${kind}`,
    flags: openFlags.O_CLOEXEC,
    mode: 0,
    resolve: 0,
    into: slotOf(kind),
  });
  return [
    ...planHiddenImage,
    {
      kind: 'open',
      dir: noSlot,
      path: `/proc/${pid}`,
      flags: openFlags.O_PATH | openFlags.O_CLOEXEC,
      mode: 0,
      resolve: 0,
      into: foreignSlots.target,
    },
    ...kinds.map(open),
    { kind: 'close', slot: foreignSlots.target },
    { kind: 'dumpable', on: 0 },
  ];
}

/**
 * What the server does in the tape that clones: its children are then processes of the namespace, and it is back in its own after the tape.
 * Without the rights for that the child does it, and its own child is the helper.
 */
export const planEnterProcesses = (user: UserEntry): Tape => (user === 'at first' ? [] : [enter('pid')]);

export function planForeignProbe(credentials: ForeignCredentials, user: UserEntry, stdio: Stdio): Tape {
  const mappedIds = credentials.mayChangeGroups ? 65_536 : 1;
  const program = planProgram(credentials, stdio, mappedIds);
  if (user === 'at first')
    return [
      { kind: 'await' },
      { kind: 'dumpable', on: 0 },
      enter('user'),
      ...planBecomeRoot(mappedIds),
      enter('pid'),
      { kind: 'reap' },
      ...plain.map(enter),
      ...program.slice(0, -1),
      { kind: 'parentDeathSignal', signal: 9 },
      ...program.slice(-1),
    ];
  return [
    { kind: 'await' },
    { kind: 'dumpable', on: 0 },
    ...plain.map(enter),
    ...(user === 'at last' ? [enter('user'), ...planBecomeRoot(mappedIds)] : []),
    ...program,
  ];
}

/** In the runner's own namespaces. A user has no rights to give up. */
export function planHostProbe(isRoot: boolean, stdio: Stdio): Tape {
  if (isRoot) return [{ kind: 'await' }, ...planProgram(powerlessRoot, stdio, 65_536)];
  return [
    { kind: 'await' },
    ...[stdio.stdin, stdio.stdout, stdio.stderr].map((slot, fd) => ({ kind: 'dupTo', slot, fd }) as const),
    { kind: 'closeRest' },
    { kind: 'noNewPrivs' },
    { kind: 'setsid' },
    { kind: 'execSlot', slot: foreignSlots.self, argv: foreignSpec().argv, env: [] },
  ];
}

const powerlessRoot: ForeignCredentials = {
  user: { uid: 0, gid: 0, groups: [0], home: '/' },
  capabilities: [],
  mayChangeGroups: true,
};

const planProgram = ({ user, capabilities }: ForeignCredentials, stdio: Stdio, mappedIds: number): Tape =>
  planProcess({
    process: foreignSpec(capabilities),
    user,
    hostname: '',
    seccomp: undefined,
    mappedIds,
    init: false,
    stdio,
    scratch: foreignSlots.scratch,
    program: foreignSlots.self,
  });

export const foreignSpec = (capabilities: readonly string[] = []): ProcessSpec =>
  asProbe({
    argv: [],
    environment: [],
    workingDir: '/',
    user: '',
    groupAdd: [],
    tty: false,
    stdin: true,
    capabilities,
    noNewPrivileges: true,
    seccomp: { kind: 'unconfined' },
    rlimits: [],
    oomScoreAdj: 0,
  });
