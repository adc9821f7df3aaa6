import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../src/image/store/open-store.ts';
import type { StorePaths } from '../../../src/image/store/store-paths.ts';
import { type ProcessIdentity, readOwnIdentity } from '../../../src/image/store/temporary.ts';

/** A store of the test's own. */
export async function openTestStore(): Promise<{
  readonly paths: StorePaths;
  readonly self: ProcessIdentity;
}> {
  const root = await mkdtemp(join(tmpdir(), 'mayfly-store-'));
  return { paths: await openStore(root, process.getuid?.() ?? 0), self: readOwnIdentity() };
}
