import { MayflyError } from '../../../core/mayfly-error.ts';

/**
 * What a container's child finds at `/`: its own copy of the mounts of the sandbox's init. /proc and /sys must be there
 * whole, else the kernel refuses new ones in a user namespace (`mount_too_revealing`, fs/namespace.c).
 */
export const sandboxLayout = {
  /** The layers of the store. */
  store: 'store',
  /** `<key>/0`, `<key>/1` …: links to the layers of an image, top first. */
  images: 'images',
  /** Empty directories to mount on. */
  root: 'root',
  upper: 'upper',
  /** `below/0`, `below/1` …: where frozen layers of checkpoints are mounted, the newest first. */
  below: 'below',
  files: 'files',
  /** What masked paths are covered with: nothing in them. */
  emptyFile: 'empty',
  emptyDirectory: 'emptydir',
  /** Device nodes bound from the host. */
  devices: 'dev',
  proc: 'proc',
  sys: 'sys',
} as const;

/** The components of an absolute path in a container; `..` ends at the root, as in the kernel. */
export function pathComponents(path: string, what: string): readonly string[] {
  if (!path.startsWith('/')) {
    throw new MayflyError('SCENARIO_WRONG_VALUE', `${what} ${JSON.stringify(path)} is not absolute`, {
      hint: 'begin it with `/`',
    });
  }
  const components: string[] = [];
  for (const component of path.split('/')) {
    if (component === '..') components.pop();
    else if (component !== '' && component !== '.') components.push(component);
  }
  return components;
}
