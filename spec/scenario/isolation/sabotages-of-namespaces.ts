import { cloneFlags } from '../../../src/engine/linux/abi/clone-flags.ts';
import { openTreeFlags } from '../../../src/engine/linux/abi/mount-flags.ts';
import { sandboxLayout } from '../../../src/engine/linux/plan/sandbox-layout.ts';
import { noSlot, type Op } from '../../../src/engine/linux/tape/op.ts';
import type { Sabotage } from './isolation-kit.ts';

const { CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWUTS, CLONE_NEWCGROUP } = cloneFlags;
/** linux/capability.h */
const sysAdmin = 1n << 21n;

const textOf = (data: Uint8Array): string => Buffer.from(data).toString();
const isMap = (op: Op): op is Extract<Op, { readonly kind: 'writeProcessFile' }> =>
  op.kind === 'writeProcessFile' && /^[ug]id_map$/.test(op.name);
/** A container's; that of a sandbox leads elsewhere, for root. */
const isIdentityMap = (op: Op): boolean => isMap(op) && textOf(op.data).startsWith('0 0 ');

/**
 * Containers stay in the sandbox's own namespaces of these kinds, and so do the probes that enter them: those of the sandbox and of its
 * networks are made as ever. `instead` alters what the kernel would refuse then.
 */
function inSandboxes(
  kinds: number,
  instead: (op: Op) => readonly Op[] = (op) => [op],
): (op: Op) => readonly Op[] {
  let hasSandbox = false;
  const left = (flags: number | bigint): bigint => BigInt(flags) & ~BigInt(kinds);
  return (op) => {
    // What a clone is to perform comes before it.
    if (op.kind === 'clone' && (BigInt(op.flags) & BigInt(CLONE_NEWCGROUP)) !== 0n) hasSandbox = true;
    else if (hasSandbox && op.kind === 'clone') return [{ ...op, flags: left(op.flags) }];
    // Several at once: those of a container. One alone leads somewhere for a moment.
    else if (hasSandbox && op.kind === 'setns' && (BigInt(op.flags) & (BigInt(op.flags) - 1n)) !== 0n)
      return [{ ...op, flags: left(op.flags) }];
    else if (hasSandbox) return instead(op);
    return [op];
  };
}

/** A new one belongs to who owns the network: the sandbox's is shown instead. */
const sandboxSys = (op: Op): readonly Op[] =>
  op.kind === 'newMount' && op.fsType === 'sysfs'
    ? [
        {
          kind: 'openTree',
          dir: noSlot,
          path: `/${sandboxLayout.sys}`,
          flags: openTreeFlags.OPEN_TREE_CLONE,
          into: op.into,
        },
      ]
    : [op];

/** Whoever is given rights is given those of an administrator, too. */
function withSysAdmin(op: Op): readonly Op[] {
  switch (op.kind) {
    case 'setCaps':
      return [
        { ...op, effective: BigInt(op.effective) | sysAdmin, permitted: BigInt(op.permitted) | sysAdmin },
      ];
    case 'boundCaps':
      return [{ ...op, keep: BigInt(op.keep) | sysAdmin }];
    default:
      return [op];
  }
}

/** All scenarios have the numbers of the first. */
function oneRangeForAll(): (op: Op) => readonly Op[] {
  const first = new Map<string, Uint8Array>();
  return (op) => {
    if (!isMap(op) || isIdentityMap(op)) return [op];
    const data = first.get(op.name) ?? op.data;
    first.set(op.name, data);
    return [{ ...op, data }];
  };
}

export const sabotagesOfNamespaces: readonly Sabotage[] = [
  {
    name: 'no user namespace of its own',
    tape: inSandboxes(CLONE_NEWUSER, (op) => (isIdentityMap(op) ? [] : [op])),
    breaks: { 'ns.user': 'what is broken', 'ns.siblings': 'all containers are in the sandbox’s' },
  },
  {
    name: 'no network namespace of its own',
    declares: (usual) => ({ ...usual, network: { kind: 'none' } }),
    tape: inSandboxes(CLONE_NEWNET, sandboxSys),
    breaks: {
      'ns.net': 'what is broken',
      'ns.siblings': 'all containers are in the sandbox’s',
      'ipc.abstract-socket': 'abstract names belong to the network namespace',
    },
  },
  {
    // Mounting in another's namespace of mounts takes rights in its user namespace.
    name: 'no mount namespace of its own, nor users',
    declares: (usual) => ({ ...usual, idle: true }),
    tape: inSandboxes(CLONE_NEWNS | CLONE_NEWUSER, (op) =>
      op.kind === 'pivotRoot' || isIdentityMap(op) ? [] : [op],
    ),
    breaks: {
      'ns.mnt': 'what is broken',
      'ns.user': 'it goes with it',
      'ns.siblings': 'all containers are in the sandbox’s',
      'fs.mounts-exact': 'it has the mounts of the sandbox, and those of all containers',
      'fs.no-host-paths': 'the store of the host is one of them',
      'fs.propagation-private': 'nothing shows it where a twin can mount nothing',
      'fs.masked-paths': 'its own /proc and /sys are elsewhere; those of the sandbox are not masked',
      'fs.readonly-paths': 'nor read-only',
      'fs.image-untouched': 'its root is the sandbox’s, which all have',
      'pid.no-host-pids': 'the sandbox’s /proc has all processes of the sandbox',
      'dev.exact': 'the sandbox’s /dev has the nodes alone',
      'dev.no-block': 'nothing shows it where a node cannot even be tried to be made',
      'dev.no-mem': 'nor here',
      'net.dns-scope': 'there is no /etc/resolv.conf',
    },
  },
  {
    name: 'one host name for all, and root of each may change it',
    tape: inSandboxes(CLONE_NEWUTS | CLONE_NEWUSER, (op) =>
      op.kind === 'setHostname' || op.kind === 'setDomainname' || isIdentityMap(op) ? [] : withSysAdmin(op),
    ),
    breaks: {
      'uts.hostname': 'what is broken',
      'ns.uts': 'it is the sandbox’s',
      'ns.user': 'the namespace of a host name is its owner’s, whom all have to be',
      'ns.siblings': 'all containers are in the sandbox’s',
      'caps.exact': 'SYS_ADMIN was not declared',
      'caps.no-dangerous': 'it is one of those',
    },
  },
  {
    name: 'the users of another scenario',
    tape: oneRangeForAll(),
    beside: true,
    breaks: { 'user.ranges': 'what is broken' },
  },
];
