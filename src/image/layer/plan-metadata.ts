import { MayflyError } from '../../core/mayfly-error.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import type { LayerIds, LayerMetadata, LayerXattr } from '../layer-writer.ts';
import { showName } from './entry-path.ts';

export interface PlannedMetadata {
  readonly metadata: LayerMetadata;
  readonly flattened: boolean;
  /** Names of attributes that were left out. */
  readonly dropped: readonly string[];
}

/** The metadata an entry gets on disk: ids that this map can write, attributes that mean something there. */
export function planMetadata(
  entry: { readonly name: string; readonly kind: string; readonly metadata: LayerMetadata },
  ids: LayerIds,
  limits: ImageLimits,
): PlannedMetadata {
  const { metadata, name } = entry;
  const flattened = ids.count === 1 && (metadata.uid !== 0 || metadata.gid !== 0);
  if (ids.count > 1) {
    checkId(name, 'user', metadata.uid, ids);
    checkId(name, 'group', metadata.gid, ids);
  }
  const kept = metadata.xattrs.filter((xattr) => keepXattr(xattr, entry.kind, ids));
  const dropped = metadata.xattrs.filter((xattr) => !kept.includes(xattr)).map((xattr) => xattr.name);
  const xattrBytes = kept.reduce((sum, xattr) => sum + xattr.name.length + xattr.value.length, 0);
  if (xattrBytes > limits.xattrBytes)
    throw limitError('xattrBytes', limits, `the extended attributes of ${showName(name)} are too large`);
  const owner = ids.count === 1 ? { uid: 0, gid: 0 } : {};
  return {
    metadata: { ...metadata, ...owner, mode: metadata.mode & 0o7777, xattrs: kept },
    flattened,
    dropped,
  };
}

/** Ids beyond the map cannot be written: chown says EOVERFLOW or EINVAL. Found here, where the file's name is known. */
function checkId(name: string, whose: 'user' | 'group', id: number, ids: LayerIds): void {
  if (Number.isInteger(id) && id >= 0 && id < ids.count) return;
  throw new MayflyError(
    'IMAGE_LIMIT',
    `${showName(name)} belongs to ${whose} ${id}; ids from ${ids.count} on cannot be mapped (limit ids: ${ids.count})`,
    {
      hint: 'make the image with smaller ids',
    },
  );
}

/**
 * overlayfs's own attributes in a layer would let an image speak to the overlay (kernel, overlayfs.rst); `trusted.` and most of
 * `security.` belong to the host. `user.` exists for files and directories only (xattr(7)).
 */
function keepXattr(xattr: LayerXattr, kind: string, ids: LayerIds): boolean {
  if (xattr.name.includes('\0') || Buffer.byteLength(xattr.name) > 255) return false;
  if (xattr.name.startsWith('user.overlay.')) return false;
  if (xattr.name.startsWith('user.') && xattr.name.length > 'user.'.length)
    return kind === 'file' || kind === 'directory';
  if (xattr.name === 'security.capability') return kind === 'file';
  if (xattr.name === 'system.posix_acl_access')
    return ids.count > 1 && (kind === 'file' || kind === 'directory');
  return xattr.name === 'system.posix_acl_default' && ids.count > 1 && kind === 'directory';
}
