import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { noSlot, type Slot, type Tape } from '../tape/op.ts';

/** Directories along `components` below `root` that are not there yet. Links of the image are followed within the root. */
export function makeDirectories(root: Slot, components: readonly string[]): Tape {
  return components.map(
    (_, index) =>
      ({
        kind: 'mkdir',
        dir: root,
        path: components.slice(0, index + 1).join('/'),
        mode: 0o755,
        flags: 1,
      }) as const,
  );
}

/** An empty file to mount on, if nothing is there yet. `scratch` is free again afterwards. */
export function makeFile(root: Slot, components: readonly string[], scratch: Slot): Tape {
  return [
    ...makeDirectories(root, components.slice(0, -1)),
    {
      kind: 'open',
      dir: root,
      path: components.join('/'),
      // Non-blocking: the image may have a FIFO there.
      flags: openFlags.O_CREAT | openFlags.O_NONBLOCK | openFlags.O_NOCTTY | openFlags.O_CLOEXEC,
      mode: 0o644,
      resolve: resolveFlags.RESOLVE_IN_ROOT,
      into: scratch,
    },
    { kind: 'close', slot: scratch },
  ];
}

/**
 * Enters the working directory. Links such as /proc/self/fd/7 are not followed: through one that an image has planted, the
 * process would start outside of its root (CVE-2024-21626).
 */
export function enterDirectory(path: string, scratch: Slot): Tape {
  return [
    {
      kind: 'open',
      dir: noSlot,
      path,
      flags: openFlags.O_PATH | openFlags.O_CLOEXEC,
      mode: 0,
      resolve: resolveFlags.RESOLVE_NO_MAGICLINKS,
      into: scratch,
    },
    { kind: 'chdirSlot', slot: scratch },
    { kind: 'close', slot: scratch },
  ];
}
