import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { SnapshotStore } from '../../scenario/snapshot/snapshot-files.ts';
import { snapshotFileBytes } from '../../scenario/snapshot/snapshot-table.ts';
import type { Surroundings } from '../surroundings.ts';
import { writeWhole } from '../write-whole.ts';
import type { PlannedScenarios } from './plan-scenarios.ts';

/** Files of snapshots beside the scenarios. In CI nothing new is made: nobody would commit it (language.md R22). */
export function openSnapshotStore(
  update: boolean,
  plan: PlannedScenarios,
  { environment, randomBytes }: Pick<Surroundings, 'environment' | 'randomBytes'>,
): SnapshotStore {
  return {
    mode: update ? 'update' : isSet(environment.CI) ? 'none' : 'new',
    isWhole: plan.isWhole,
    read: readSnapshots,
    async write(path, text) {
      if (text === undefined) return rm(path, { force: true });
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(path, text, randomBytes);
    },
  };
}

/** As the runners of other tests take it: `CI=false` and `CI=0` are no CI. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase());
}

async function readSnapshots(path: string): Promise<string | undefined> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw new MayflyError('SNAPSHOT_INVALID', `${path} is no file`);
    if (facts.size > snapshotFileBytes) {
      const message = `${path} is larger than the limit \`snapshotFileBytes\` of ${snapshotFileBytes} bytes`;
      throw new MayflyError('SNAPSHOT_INVALID', message);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof MayflyError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const why = error instanceof TypeError ? 'is not UTF-8' : `cannot be read: ${String(code ?? error)}`;
    throw new MayflyError('SNAPSHOT_INVALID', `${path} ${why}`, { cause: error });
  }
}
