import type { Contender } from '../contender.ts';
import { timeProcess } from '../run-process.ts';
import type { Workspace } from '../workspace.ts';

/** bubblewrap: no overlay, no limits, no network but loopback; six namespaces and a read-only root. */
export function bwrapArgv({ layer }: Workspace, argv: readonly string[]): readonly string[] {
  return ['bwrap', '--unshare-all', '--ro-bind', layer, '/', '--proc', '/proc', '--dev', '/dev', ...argv];
}

export function bwrap(workspace: Workspace, argv: readonly string[]): Contender {
  return { name: 'bwrap', spawned: true, run: () => timeProcess(bwrapArgv(workspace, argv)) };
}
