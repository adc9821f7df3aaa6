import { join } from 'node:path';
import { interleave } from '../interleave.ts';
import { timeMayfly } from '../our-command.ts';
import { nodeItself } from '../peer/node-itself.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

/** The smallest scenario as a process, against the smallest process of Node's. */
export async function helloWorld(
  workspace: Workspace,
  _host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  const file = join(workspace.root, 'scenarios/hello-world.yaml');
  const { figures, skipped } = await interleave(
    [{ name: 'mayfly', spawned: true, run: () => timeMayfly(workspace, ['test', file]) }, nodeItself],
    Math.max(1, Math.ceil(rounds / 2)),
  );
  return [
    {
      what: 'whole process `mayfly test scenarios/hello-world.yaml`',
      unit: 'ms',
      figures,
      skipped,
      bars: [{ peer: nodeItself.name, atMost: 4 }],
    },
  ];
}
