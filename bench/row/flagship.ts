import { chmodSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Skipped } from '../contender.ts';
import { readProblemCodes } from '../event-times.ts';
import { findProgram } from '../find-program.ts';
import { figureOf } from '../interleave.ts';
import { timeMayfly } from '../our-command.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const coldAtMostS = 240;
const warmAtMostS = 10;
const warmRuns = 3;

/**
 * `scenarios/three-tier` as a whole process: once from an empty store, which takes three images of Debian packages from a mirror,
 * then from the store that this has filled.
 */
export async function flagship(
  workspace: Workspace,
  _host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  if (findProgram('mmdebstrap') === undefined)
    return [rowOf('an empty', [], coldAtMostS, 'mmdebstrap is missing')];
  const directory = mkdtempSync(join(workspace.directory, 'flagship-'));
  chmodSync(directory, 0o755); // apt fetches as a user of its own
  const run = () => runFlagship({ ...workspace, directory });
  const cold = await run();
  if (cold === undefined) return [rowOf('an empty', [], coldAtMostS, 'the mirror cannot be reached')];
  const warm: number[] = [];
  for (let round = 0; round < Math.min(rounds, warmRuns); round += 1) warm.push((await run()) ?? Number.NaN);
  return [rowOf('an empty', [cold], coldAtMostS), rowOf('a warm', warm, warmAtMostS)];
}

/** Seconds; undefined if the mirror cannot be reached. */
async function runFlagship(own: Workspace): Promise<number | undefined> {
  const events = join(own.directory, 'events.ndjson');
  const folder = join(own.root, 'scenarios/three-tier');
  try {
    const tookMs = await timeMayfly(own, ['test', folder, '--tag', 'manual', '--report', `ndjson=${events}`]);
    return tookMs / 1_000;
  } catch (error) {
    if (readProblemCodes(events).includes('IMAGE_UNREACHABLE')) return undefined;
    throw error;
  }
}

function rowOf(store: string, samples: readonly number[], atMost: number, reason?: string): Result {
  const skipped: readonly Skipped[] = reason === undefined ? [] : [{ name: '', reason }];
  const figures = reason === undefined ? [figureOf({ name: 'mayfly', spawned: true }, samples)] : [];
  const what = `the flagship, whole process, from ${store} store`;
  return { what, unit: 's', figures, skipped, bars: [], atMost };
}
