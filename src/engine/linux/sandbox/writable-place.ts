import type { SandboxSpec } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';

/** tmpfs keeps user extended attributes, which overlayfs needs, since this kernel. */
const tmpfsXattrsSince = [6, 6] as const;

/** Where writable layers go: memory where the kernel can, else disk; a wish that cannot be fulfilled is an error. */
export function chooseWritablePlace(wish: SandboxSpec['upper'], kernelRelease: string): 'tmpfs' | 'disk' {
  const [major = 0, minor = 0] = kernelRelease.split('.').map(Number);
  const [wantedMajor, wantedMinor] = tmpfsXattrsSince;
  const possible = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  if (wish === 'auto') return possible ? 'tmpfs' : 'disk';
  if (wish === 'tmpfs' && !possible) {
    throw new MayflyError(
      'HOST_MISSING_FEATURE',
      `writable layers in memory need Linux 6.6, and this is ${kernelRelease}`,
      {
        hint: 'use `upper: disk`',
      },
    );
  }
  return wish;
}

/** Where a run's writable layers are. */
export type WritablePlace =
  | { readonly kind: 'memory' }
  /** In `path`, the run's own, which goes with it. */
  | { readonly kind: 'directory'; readonly path: string }
  /** In files without a name, on the file system of `directory`. */
  | { readonly kind: 'loop'; readonly directory: string };

/** Said before anything starts: a directory of the host's disk keeps no size. */
export function refuseSizes({ volumes, limited = [] }: SandboxSpec, obstacle: string): void {
  const asked = [
    ...limited.map((name) => `\`storage_opt.size\` of ${name}`),
    ...volumes
      .filter(({ sizeBytes }) => sizeBytes !== undefined)
      .map(({ name }) => `\`size\` of volume ${name}`),
  ];
  if (asked.length === 0) return;
  throw new MayflyError(
    'HOST_LIMIT_UNAVAILABLE',
    `${asked.join(', ')}: with writable layers on disk this needs disk-limit, which this host lacks (${obstacle})`,
    { hint: 'remove the size, use `upper: tmpfs` (Linux 6.6 or later), or see `mayfly doctor`' },
  );
}

/** What is on disk is below it. */
export function uppersDirectory(stateDirectory: string): string {
  return `${stateDirectory}/uppers`;
}

/** What the journal has to name. */
export function upperOf(place: WritablePlace): { readonly upperDirectory?: string } {
  return place.kind === 'directory' ? { upperDirectory: place.path } : {};
}
