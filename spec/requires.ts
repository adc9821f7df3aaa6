import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { describe, inject } from 'vitest';
import type { HostFeature } from '../src/core/host-feature.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly hostFeatures: readonly HostFeature[];
  }
}

/** The one way a suite is skipped: by name, with what it lacks in it, so that spec/expected-skips.txt can tell. */
export function describeUnlessMissing(missing: readonly string[], name: string, body: () => void): void {
  if (missing.length === 0) describe(name, body);
  else describe.skip(`${name} (needs ${missing.join(', ')})`, body);
}

/** A suite that needs features of the host; without one it is skipped, with the missing ones in its name. */
export function describeRequiring(features: readonly HostFeature[], name: string, body: () => void): void {
  const missing = features.filter((feature) => !inject('hostFeatures').includes(feature));
  describeUnlessMissing(missing, name, body);
}

/** A suite of things only root can arrange. */
export function describeAsRoot(features: readonly HostFeature[], name: string, body: () => void): void {
  if (process.getuid?.() === 0) describeRequiring(features, name, body);
  else describeUnlessMissing(['root'], name, body);
}

/** A suite that runs programs of this machine (tools/setup.sh installs them on Debian); a missing one is in its name. */
export function describeWithPrograms(
  programs: readonly string[],
  features: readonly HostFeature[],
  name: string,
  body: () => void,
): void {
  const missing = programs.filter((program) => !isProgram(program));
  if (missing.length === 0) describeRequiring(features, name, body);
  else describeUnlessMissing(missing, name, body);
}

function isProgram(name: string): boolean {
  const directories = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':');
  return directories.some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
