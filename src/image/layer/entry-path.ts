import { MayflyError } from '../../core/mayfly-error.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';

/** For messages: names are hostile and may hold anything. */
export function showName(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}

/**
 * The components of an entry's name, below the layer's root: leading slashes and `.` are dropped, as Docker does. `..` is
 * refused, even where it would stay inside: no archiver writes it.
 */
export function parseEntryName(name: string, limits: ImageLimits): readonly string[] {
  if (name.includes('\0'))
    throw new MayflyError('IMAGE_HOSTILE', `the name ${showName(name)} contains a NUL byte`);
  if (name.includes('\uFFFD'))
    throw new MayflyError('IMAGE_INVALID', `the name ${showName(name)} is not UTF-8`);
  if (Buffer.byteLength(name) > limits.pathBytes)
    throw limitError('pathBytes', limits, `the name ${showName(name)} is too long`);
  const components = name.split('/').filter((component) => component !== '' && component !== '.');
  for (const component of components) {
    if (component === '..')
      throw new MayflyError('IMAGE_HOSTILE', `the name ${showName(name)} contains ".."`);
    if (Buffer.byteLength(component) > limits.nameBytes) {
      throw limitError('nameBytes', limits, `a component of the name ${showName(name)} is too long`);
    }
  }
  return components;
}

export function checkLinkTarget(name: string, target: string, limits: ImageLimits): void {
  if (target === '') throw new MayflyError('IMAGE_INVALID', `the link ${showName(name)} has no target`);
  if (target.includes('\0'))
    throw new MayflyError('IMAGE_HOSTILE', `the target of ${showName(name)} contains a NUL byte`);
  if (Buffer.byteLength(target) > limits.pathBytes)
    throw limitError('pathBytes', limits, `the target of ${showName(name)} is too long`);
}

/** What a name means for the layers below (image-spec layer.md, "Whiteouts"). */
export type Whiteout =
  | { readonly kind: 'none' }
  | { readonly kind: 'opaque' }
  | { readonly kind: 'deleted'; readonly base: string }
  /** `.wh..wh.plnk` and the like: aufs's own bookkeeping, which Docker skips. */
  | { readonly kind: 'bookkeeping' };

export function parseWhiteout(components: readonly string[]): Whiteout {
  const base = components.at(-1) ?? '';
  const parents = components.slice(0, -1);
  if (parents.some((component) => component.startsWith('.wh..wh.'))) return { kind: 'bookkeeping' };
  if (parents.some((component) => component.startsWith('.wh.'))) {
    throw new MayflyError('IMAGE_HOSTILE', `${showName(components.join('/'))} lies below a whiteout`);
  }
  if (base === '.wh..wh..opq') return { kind: 'opaque' };
  if (base.startsWith('.wh..wh.')) return { kind: 'bookkeeping' };
  if (!base.startsWith('.wh.')) return { kind: 'none' };
  const deleted = base.slice('.wh.'.length);
  if (deleted === '' || deleted === '.' || deleted === '..') {
    throw new MayflyError(
      'IMAGE_HOSTILE',
      `the whiteout ${showName(components.join('/'))} names nothing that can be deleted`,
    );
  }
  return { kind: 'deleted', base: deleted };
}
