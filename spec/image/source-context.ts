import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultImageLimits } from '../../src/image/image-limits.ts';
import type { SourceContext } from '../../src/image/image-source.ts';
import { noPrograms } from '../../src/image/program-runner.ts';
import { noRegistrySettings } from '../../src/image/registry/registry-settings.ts';

/** A context for sources under test, on amd64 whatever the machine. */
export function sourceContext(changes: Partial<SourceContext> = {}): SourceContext {
  return {
    platform: { os: 'linux', architecture: 'amd64' },
    limits: defaultImageLimits,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    user: { uid: 1000, gid: 1000 },
    searchPath: ['/usr/local/bin', '/usr/bin', '/bin'],
    programPlaces: {},
    ids: { mapKey: '', count: 65_536 },
    programs: noPrograms,
    readRegistries: async () => noRegistrySettings,
    nowMs: () => 1_700_000_000_000,
    makeScratch: () => mkdtemp(join(tmpdir(), 'mayfly-scratch-')),
    makePublicScratch: () => mkdtemp(join(tmpdir(), 'mayfly-public-')),
    ...changes,
  };
}
