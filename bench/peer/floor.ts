import type { Contender } from '../contender.ts';
import { timeProcess } from '../run-process.ts';
import type { Workspace } from '../workspace.ts';

export function floorArgv(
  { floor, scratch, layer, filter }: Workspace,
  argv: readonly string[],
): readonly string[] {
  return [floor, scratch, layer, filter, ...argv];
}

export function floor(workspace: Workspace, argv: readonly string[]): Contender {
  return { name: 'floor', spawned: true, run: () => timeProcess(floorArgv(workspace, argv)) };
}
