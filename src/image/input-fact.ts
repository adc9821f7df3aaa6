import { type BigIntStats, lstatSync, statSync } from 'node:fs';

/**
 * Something on this machine that an image was made from, and how it looked then. All facts alike means the image is what it
 * would be if it were made now, without reading a byte of content.
 */
export type InputFact =
  /** A file, following links: `stamp` is `absent` when there must be none, as with an earlier directory of the search path. */
  | { readonly kind: 'file'; readonly path: string; readonly stamp: string }
  /** The link itself. */
  | { readonly kind: 'link'; readonly path: string; readonly stamp: string }
  /** A directory with everything in it. */
  | { readonly kind: 'tree'; readonly path: string; readonly digest: string };

const absent = 'absent';

/** Content cannot change without the kernel moving ctime; inode and device catch a replacement with old times. */
export function renderStamp(facts: BigIntStats): string {
  return [facts.dev, facts.ino, facts.mode, facts.size, facts.mtimeNs, facts.ctimeNs].join(':');
}

export function readFileFact(path: string): InputFact {
  return { kind: 'file', path, stamp: stampOf(path, 'file') };
}

export function readLinkFact(path: string): InputFact {
  return { kind: 'link', path, stamp: stampOf(path, 'link') };
}

function stampOf(path: string, kind: 'file' | 'link'): string {
  try {
    const read = kind === 'file' ? statSync : lstatSync;
    return renderStamp(read(path, { bigint: true }));
  } catch {
    return absent;
  }
}

export function inputsUnchanged(inputs: readonly InputFact[], digestTree: (path: string) => string): boolean {
  return inputs.every((input) =>
    input.kind === 'tree'
      ? digestTree(input.path) === input.digest
      : stampOf(input.path, input.kind) === input.stamp,
  );
}
