import { MayflyError } from '../../../core/mayfly-error.ts';
import { openFlags } from '../abi/open-flags.ts';
import { noSlot, type Op, type Slot } from '../tape/op.ts';

/** An empty file whose bytes are locked; it stays. */
export function planLockFile(path: string, into: Slot): Op {
  const flags = openFlags.O_CREAT | openFlags.O_RDWR;
  return { kind: 'open', dir: noSlot, path, flags, mode: 0o600, resolve: 0, into };
}

/** Whether a lock was refused because of another's (fcntl_locking(2)). */
export function isHeld(error: unknown): boolean {
  const errno = error instanceof MayflyError ? (error.cause as { errno?: string } | undefined)?.errno : '';
  return errno === 'EAGAIN' || errno === 'EACCES';
}
