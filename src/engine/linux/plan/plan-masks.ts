import { openTreeFlags } from '../abi/mount-flags.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { inertMount, readOnlyMount, setAttributes } from './mount-ops.ts';
import { pathComponents, sandboxLayout } from './sandbox-layout.ts';

export interface MaskSlots {
  readonly sandbox: Slot;
  readonly root: Slot;
  readonly proc: Slot;
  readonly sys: Slot;
  readonly emptyFile: Slot;
  readonly emptyDirectory: Slot;
}

/**
 * Covers what a container must not see or change, after everything is mounted and in the container's copy only. What covers
 * comes from the sandbox, never from the image (CVE-2025-31133); paths that are not there are left alone.
 */
export function planMasks(
  maskedPaths: readonly string[],
  readonlyPaths: readonly string[],
  slots: MaskSlots,
): Tape {
  const { emptyFile, emptyDirectory } = slots;
  const readOnly = readonlyPaths.map((path) => ({ kind: 'readonlyPath', ...locate(path, slots) }) as const);
  if (maskedPaths.length === 0) return readOnly;
  return [
    ...readOnly,
    ...planCover(sandboxLayout.emptyFile, slots.sandbox, emptyFile),
    ...planCover(sandboxLayout.emptyDirectory, slots.sandbox, emptyDirectory),
    ...maskedPaths.map(
      (path) => ({ kind: 'maskPath', ...locate(path, slots), emptyFile, emptyDirectory }) as const,
    ),
  ];
}

/** A read-only mount over itself: its copies are read-only too, and no two containers can talk through it. */
function planCover(path: string, sandbox: Slot, into: Slot): Tape {
  const flags = openTreeFlags.OPEN_TREE_CLONE | openTreeFlags.OPEN_TREE_CLOEXEC;
  return [
    { kind: 'openTree', dir: sandbox, path, flags, into },
    setAttributes(into, inertMount | readOnlyMount),
    { kind: 'attachMount', mount: into, dir: sandbox, path },
  ];
}

/** Paths in /proc and /sys start from those mounts themselves: a link of the image at `/proc` leads nowhere else. */
function locate(path: string, { root, proc, sys }: MaskSlots): { readonly dir: Slot; readonly path: string } {
  const [first, ...rest] = pathComponents(path, 'masked or read-only path');
  if (first === 'proc' && rest.length > 0) return { dir: proc, path: rest.join('/') };
  if (first === 'sys' && rest.length > 0) return { dir: sys, path: rest.join('/') };
  return { dir: root, path: first === undefined ? '.' : [first, ...rest].join('/') };
}
