import type { PaxRecord } from './pax.ts';

export type TarType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'fifo' | 'device';

/** One entry of a tar archive, with its headers decoded and nothing judged. */
export interface TarEntry {
  readonly type: TarType;
  readonly name: string;
  /** Of links; else empty. */
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** As unpacked. */
  readonly sizeBytes: number;
  /** Where the stored data begins in the archive. */
  readonly byteOffset: number;
  readonly sparse: boolean;
  readonly pax: readonly PaxRecord[];
  /** Can be read once, and only until the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}
