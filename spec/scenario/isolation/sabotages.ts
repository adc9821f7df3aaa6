import { cloneFlags } from '../../../src/engine/linux/abi/clone-flags.ts';
import { openTreeFlags } from '../../../src/engine/linux/abi/mount-flags.ts';
import { sandboxLayout } from '../../../src/engine/linux/plan/sandbox-layout.ts';
import { supervisorSlots } from '../../../src/engine/linux/sandbox/sandbox-slots.ts';
import type { Op } from '../../../src/engine/linux/tape/op.ts';
import { noSlot } from '../../../src/engine/linux/tape/op.ts';
import type { Sabotage } from './isolation-kit.ts';

const { CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWUTS } = cloneFlags;

/** Containers are not given a namespace of this kind, nor do probes enter one; what the kernel then refuses is left out, too. */
function without(flag: number, instead: (op: Op) => readonly Op[] = (op) => [op]): (op: Op) => readonly Op[] {
  return (op) => {
    if (op.kind !== 'clone' && op.kind !== 'setns' && op.kind !== 'unshare') return instead(op);
    // The sandbox's own namespaces are made by the supervisor, in one clone with that of control groups.
    const flags = BigInt(op.flags);
    if (op.kind === 'clone' && (flags & BigInt(cloneFlags.CLONE_NEWCGROUP)) !== 0n) return [op];
    const left = flags & ~BigInt(flag);
    return left === 0n && flags !== 0n && op.kind !== 'clone' ? [] : [{ ...op, flags: left }];
  };
}

const unless =
  (leaveOut: (op: Op) => boolean) =>
  (op: Op): readonly Op[] =>
    leaveOut(op) ? [] : [op];

/** A mount of that kind belongs to who owns the namespace: the sandbox's own, which the supervisor's tape makes, is shown instead. */
const sandboxProc = (op: Op): readonly Op[] =>
  op.kind === 'newMount' && op.fsType === 'proc' && op.into !== supervisorSlots.file
    ? [
        {
          kind: 'openTree',
          dir: noSlot,
          path: `/${sandboxLayout.proc}`,
          flags: openTreeFlags.OPEN_TREE_CLONE,
          into: op.into,
        },
      ]
    : [op];

/** Number 0 alone: all of the host's would be those of whatever an ordinary user runs meanwhile. */
function rootAsRoot(map: string): Uint8Array {
  const [, outside = 0, count = 0] = map.trim().split(/\s+/).map(Number);
  // A container's own map, too: the kernel takes no range across two of its parent's.
  return Buffer.from(`0 0 1\n1 ${outside + 1} ${count - 1}\n`);
}

const withProcess =
  (change: object): NonNullable<Sabotage['spec']> =>
  (spec) => ({ ...spec, process: { ...spec.process, ...change } });

export const sabotages: readonly Sabotage[] = [
  {
    name: 'no PID namespace of its own',
    tape: without(CLONE_NEWPID, sandboxProc),
    breaks: {
      'ns.pid': 'what is broken',
      'ns.siblings': 'all containers are in the sandbox’s',
      'pid.no-host-pids': 'it is not number 1 of its namespace',
      'pid.no-signal-sibling': 'all are in one namespace, and root of each is the same user outside',
    },
  },
  {
    name: 'no IPC namespace of its own',
    tape: without(CLONE_NEWIPC, (op) =>
      op.kind === 'newMount' && op.fsType === 'mqueue' ? [{ ...op, fsType: 'tmpfs' }] : [op],
    ),
    breaks: {
      'ns.ipc': 'what is broken',
      'ns.siblings': 'all containers are in the sandbox’s',
      'ipc.shm': 'objects belong to the namespace',
      'ipc.mqueue': 'objects belong to the namespace',
      'fs.mounts-exact': 'a tmpfs stands where message queues should be: a mount of those is refused',
    },
  },
  {
    name: 'no UTS namespace of its own',
    tape: without(
      CLONE_NEWUTS,
      unless((op) => op.kind === 'setHostname' || op.kind === 'setDomainname'),
    ),
    breaks: { 'ns.uts': 'what is broken', 'ns.siblings': 'all containers are in the sandbox’s' },
  },
  {
    name: 'the network of its sibling',
    spec: (spec) => (spec.name === 'two' ? { ...spec, network: { kind: 'shared', container: 'one' } } : spec),
    breaks: {
      'ns.siblings': 'what is broken',
      'ipc.abstract-socket': 'abstract names belong to the network namespace',
      'net.matrix': 'two has no address of its own there, so nothing can be told of it',
    },
  },
  {
    name: 'a PID 1 that does not reap',
    tape: (op) => (op.kind === 'reap' ? [] : [op]),
    breaks: { 'pid.init-reaps': 'what is broken' },
  },
  {
    name: 'a capability too many',
    spec: (spec) => ({
      ...spec,
      process: { ...spec.process, capabilities: [...spec.process.capabilities, 'SYS_PTRACE'] },
    }),
    breaks: { 'caps.exact': 'what is broken', 'caps.no-dangerous': 'it is one of those' },
  },
  {
    name: 'privileges can be gained',
    spec: withProcess({ noNewPrivileges: false }),
    breaks: { 'priv.no-new-privs': 'what is broken', 'priv.setuid-inert': 'the set-user-ID bit counts then' },
  },
  {
    name: 'no filter of system calls',
    spec: withProcess({ seccomp: { kind: 'unconfined' } }),
    breaks: {
      'seccomp.mode': 'what is broken',
      'seccomp.denied': 'nothing refuses them',
      'user.no-nested-userns': 'only the filter refuses them',
      'net.no-spoof': 'only the filter refuses to bind an IPv6 address that is another’s',
    },
  },
  {
    name: 'a keyring of the host’s root',
    tape: (op) => {
      if (op.kind === 'newKeyring') return [];
      return op.kind === 'clone' && (BigInt(op.flags) & BigInt(cloneFlags.CLONE_NEWCGROUP)) !== 0n
        ? [{ kind: 'newKeyring' }, op]
        : [op];
    },
    breaks: { 'keyring.isolated': 'what is broken' },
  },
  {
    name: 'no namespace of control groups of its own',
    tape: without(cloneFlags.CLONE_NEWCGROUP),
    breaks: { 'ns.cgroup': 'what is broken', 'ns.siblings': 'all containers are in the sandbox’s' },
  },
  {
    name: 'another limit',
    spec: withProcess({ rlimits: [{ name: 'core', soft: 1024, hard: 1024 }] }),
    breaks: { 'rlimits.exact': 'what is broken' },
  },
  {
    name: 'another score',
    spec: withProcess({ oomScoreAdj: 321 }),
    breaks: { 'oom.score': 'what is broken' },
  },
  {
    name: 'a descriptor too many',
    tape: (op) => {
      if (op.kind === 'closeRest') return [];
      return op.kind === 'dupTo' && op.fd === 2 ? [op, { ...op, fd: 9 }] : [op];
    },
    breaks: { 'fd.none-inherited': 'what is broken' },
  },
  {
    name: 'a variable too many',
    tape: (op) =>
      op.kind === 'execSlot' || op.kind === 'exec' ? [{ ...op, env: [...op.env, 'RUNNER_TOKEN=1'] }] : [op],
    breaks: { 'env.exact': 'what is broken' },
  },
  {
    name: 'root is root of the host',
    tape: (op) =>
      op.kind === 'writeProcessFile' && /^[ug]id_map$/.test(op.name)
        ? [{ ...op, data: rootAsRoot(Buffer.from(op.data).toString()) }]
        : [op],
    breaks: {
      'user.root-not-host-root': 'what is broken',
      'keyring.isolated': 'keys of user 0 are the host root’s',
    },
  },
];

/** What no sabotage here breaks, and why. */
export const unbreakable: Readonly<Record<string, string>> = {
  'lsm.profile': 'this machine has neither AppArmor nor SELinux',
};
