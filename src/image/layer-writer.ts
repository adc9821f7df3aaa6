/**
 * The port through which layers come to disk. Real ownership, whiteouts (character devices 0:0) and extended attributes need
 * rights and system calls that Node has not, so `engine/linux` implements it with the launcher. Everything that arrives here has
 * been judged: paths are relative, canonical and below the layer's root, no component of one is a symbolic link, parents exist.
 */
export interface LayerWriter extends AsyncDisposable {
  /** Starts filling an empty directory, given by its absolute path. */
  begin(directory: string): Promise<LayerSession>;
  /** Removes a tree, whoever owns what is in it. A missing one is fine. */
  remove(directory: string): Promise<void>;
}

export interface LayerSession {
  /** In order. May resolve before the operation is done; a failure then rejects a later call, at the latest `finish`. */
  apply(op: LayerOp): Promise<void>;
  /** Resolves when everything is on disk (syncfs). */
  finish(): Promise<void>;
  /** Ends a session that is not wanted any more; what was written stays and is to be removed. */
  abort(): Promise<void>;
}

/** How ids of images become ids on disk. */
export interface LayerIds {
  /** Part of the names of layers, for the same layer differs on disk between maps: `[a-z0-9]*`, empty for real ids. */
  readonly mapKey: string;
  /** Ids that can be written: 65536, or 1 when only root exists and all ownership is flattened to it. */
  readonly count: number;
}

export interface LayerTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface LayerXattr {
  readonly name: string;
  readonly value: Uint8Array;
}

export interface LayerMetadata {
  /** Permission bits, 0–0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: LayerTime;
  readonly xattrs: readonly LayerXattr[];
}

/** One change of the layer's directory. `path` is relative; empty means the root, which only the directory operations name. */
export type LayerOp =
  /** Without its mtime, which follows as `setTimes` when nothing is added any more. */
  | { readonly kind: 'makeDirectory'; readonly path: string; readonly metadata: LayerMetadata }
  /** New metadata for an existing directory. */
  | { readonly kind: 'setDirectory'; readonly path: string; readonly metadata: LayerMetadata }
  | { readonly kind: 'setTimes'; readonly path: string; readonly mtime: LayerTime }
  | {
      readonly kind: 'writeFile';
      readonly path: string;
      readonly metadata: LayerMetadata;
      readonly content: AsyncIterable<Uint8Array>;
    }
  | {
      readonly kind: 'makeSymlink';
      readonly path: string;
      readonly target: string;
      readonly metadata: LayerMetadata;
    }
  | { readonly kind: 'makeHardlink'; readonly path: string; readonly existing: string }
  | { readonly kind: 'makeFifo'; readonly path: string; readonly metadata: LayerMetadata }
  /** A character device 0:0, which overlayfs reads as "deleted". */
  | { readonly kind: 'makeWhiteout'; readonly path: string }
  /** `user.overlay.opaque`: nothing of the layers below shows through this directory. */
  | { readonly kind: 'markOpaque'; readonly path: string }
  /** Anything but a directory. */
  | { readonly kind: 'remove'; readonly path: string };
