import type { FileFacts } from '../../../core/engine.ts';

/** Type bits of a mode (inode(7)). */
const types: ReadonlyMap<number, FileFacts['type']> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
  [0o010000, 'fifo'],
  [0o140000, 'socket'],
  [0o020000, 'char'],
  [0o060000, 'block'],
]);

/** struct statx (statx(2)): uid at 20, gid at 24, mode at 28, size at 40, mtime at 112. */
export function parseStatx(bytes: Uint8Array): FileFacts {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mode = view.readUInt16LE(28);
  return {
    type: types.get(mode & 0o170000) ?? 'file',
    mode: mode & 0o7777,
    uid: view.readUInt32LE(20),
    gid: view.readUInt32LE(24),
    sizeBytes: Number(view.readBigUInt64LE(40)),
    modifiedAtMs: Number(view.readBigInt64LE(112)) * 1000 + Math.floor(view.readUInt32LE(120) / 1e6),
  };
}
