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

/** Where a run's writable layers lie when they are on disk. */
export function upperPath(stateDirectory: string, runId: string): string {
  return `${stateDirectory}/uppers/${runId}`;
}
