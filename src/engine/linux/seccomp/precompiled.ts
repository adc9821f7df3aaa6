import { decidingCapabilities } from './default-profile.ts';
import { defaultFilters } from './generated/default-filters.ts';
import type { SeccompProgram } from './seccomp-program.ts';

/**
 * The default profile for the sets of capabilities that containers usually have, compiled when Mayfly was built, because
 * compiling takes a cold process ten milliseconds. spec/engine/linux/seccomp/precompiled.spec.ts keeps them true (and
 * writes them: `vitest run -u` on it).
 */
export function precompiledDefault(
  goArch: string,
  capabilities: readonly string[],
): SeccompProgram | undefined {
  const filter = defaultFilters[filterKey(goArch, capabilities)];
  return filter === undefined ? undefined : { flags: 0, filter: Buffer.from(filter, 'base64') };
}

export function filterKey(goArch: string, capabilities: readonly string[]): string {
  const deciding = decidingCapabilities.filter((name) => capabilities.includes(name));
  return [goArch, ...deciding].join(' ');
}
