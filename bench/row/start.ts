import { interleave } from '../interleave.ts';
import { openOurs, timeContainer } from '../our-engine.ts';
import { bwrap } from '../peer/bwrap.ts';
import { floor } from '../peer/floor.ts';
import { ociRuntime } from '../peer/oci-runtime.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const program = ['/bin/true'];

/** From the call in Node to the exit event. */
export async function start(
  workspace: Workspace,
  host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  await using sandbox = await openOurs(workspace);
  const fast = await interleave(
    [
      { name: 'mayfly', spawned: false, run: () => timeContainer(sandbox, program) },
      floor(workspace, program),
      bwrap(workspace, program),
      ociRuntime('crun', workspace, host, program),
      ociRuntime('runc', workspace, host, program),
    ],
    rounds,
  );
  return [
    {
      what: 'start to exit of `true` in an open sandbox',
      unit: 'ms',
      ...fast,
      bars: [
        { peer: 'bwrap', atMost: 1 },
        { peer: 'floor', atMost: 1.5 },
      ],
    },
  ];
}
