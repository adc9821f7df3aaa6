import { signalName } from '../../../core/signals.ts';
import { rlimitNumbers } from '../abi/rlimits.ts';
import { renderErrno } from './errno.ts';
import { renderNumber } from './field-flags.ts';
import type { Op } from './op.ts';

/** What an operation does, in the words of an error message: `mount proc on /proc`. */
export function describeOp(op: Op): string {
  switch (op.kind) {
    case 'clone':
      return `start a process in new namespaces (${renderNumber('clone', 'flags', op.flags)})`;
    case 'setns':
      return `enter namespaces (${renderNumber('setns', 'flags', op.flags)})`;
    case 'unshare':
      return `make new namespaces (${renderNumber('unshare', 'flags', op.flags)})`;
    case 'exec':
      return `run ${op.path}`;
    case 'execSlot':
      return `run ${op.argv[0] ?? 'a program'}`;
    case 'kill':
      return `send ${signalName(op.signal)}`;
    case 'mount':
      return `mount ${op.fsType || op.source || 'flags'} on ${op.target}`;
    case 'newMount':
      return `make a new ${op.fsType} mount`;
    case 'attachMount':
      return `attach a mount at ${rooted(op.path)}`;
    case 'openTree':
      return `take the mount of ${rooted(op.path)}`;
    case 'setMountAttributes':
      return `set mount attributes (${renderNumber('setMountAttributes', 'set', op.set)})`;
    case 'pivotRoot':
      return 'change the root directory';
    case 'maskPath':
      return `mask ${rooted(op.path)}`;
    case 'readonlyPath':
      return `make ${rooted(op.path)} read-only`;
    case 'writeProcessFile':
      return `write /proc/<process>/${op.name}`;
    case 'rlimit':
      return `set the limit ${limitName(op.resource)} to ${op.soft}:${op.hard}`;
    case 'setIds':
      return `become user ${op.uid}, group ${op.gid}`;
    case 'setHostname':
      return `set the host name to ${op.name}`;
    case 'seccomp':
      return 'load the seccomp filter';
    case 'link':
      return `link ${rooted(op.fromPath)} to ${rooted(op.path)}`;
    default:
      return describeByFields(op);
  }
}

/** `mount proc on /proc: EPERM (the kernel does not allow it)`. */
export function describeFailure(op: Op, errno: number): string {
  return `${describeOp(op)}: ${renderErrno(errno)}`;
}

function describeByFields(op: Op): string {
  const verb = op.kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if ('path' in op) return `${verb} ${rooted(op.path)}`;
  if ('target' in op) return `${verb} ${op.target}`;
  return verb;
}

/** Paths on a tape are relative to a root descriptor; a person thinks of them from `/`. */
function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path === '.' ? '' : path}`;
}

function limitName(resource: number): string {
  return Object.entries(rlimitNumbers).find(([, number]) => number === resource)?.[0] ?? String(resource);
}
