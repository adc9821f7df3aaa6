import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { timeProcess } from './run-process.ts';
import type { Workspace } from './workspace.ts';

/** The built command as a process of its own, with a store and a state directory of the benchmark's. */
export async function timeMayfly({ root, directory }: Workspace, args: readonly string[]): Promise<number> {
  const command = join(root, 'dist/mayfly.js');
  if (!existsSync(command)) throw new Error('dist/mayfly.js is not built: run `npm run prepare`');
  return timeProcess([process.execPath, command, ...args], {
    ...process.env,
    MAYFLY_STORE: join(directory, 'store'),
    MAYFLY_STATE: join(directory, 'state'),
  });
}
