import { interleave } from '../interleave.ts';
import { openOurs, timeContainer } from '../our-engine.ts';
import { bwrapArgv } from '../peer/bwrap.ts';
import { floorArgv } from '../peer/floor.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import { timeProcess } from '../run-process.ts';
import type { Workspace } from '../workspace.ts';

const program = ['/bin/true'];
const atATime = 4;

/** Many short containers, four at a time. */
export async function hundred(
  workspace: Workspace,
  _host: PeerHost,
  { rounds, containers }: RowOptions,
): Promise<readonly Result[]> {
  await using sandbox = await openOurs(workspace);
  const { figures, skipped } = await interleave(
    [
      {
        name: 'mayfly',
        spawned: false,
        run: () => timeMany(containers, () => timeContainer(sandbox, program)),
      },
      {
        name: 'floor',
        spawned: true,
        run: () => timeMany(containers, () => timeProcess(floorArgv(workspace, program))),
      },
      {
        name: 'bwrap',
        spawned: true,
        run: () => timeMany(containers, () => timeProcess(bwrapArgv(workspace, program))),
      },
    ],
    Math.max(1, Math.ceil(rounds / 5)),
  );
  return [
    {
      what: `${containers} containers, ${atATime} at a time`,
      unit: 'ms',
      figures,
      skipped,
      bars: [{ peer: 'bwrap', atMost: 1.3 }],
    },
  ];
}

async function timeMany(count: number, once: () => Promise<unknown>): Promise<number> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await once();
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: atATime }, worker));
  return performance.now() - startedAt;
}
