import { interleave } from '../interleave.ts';
import { containerOf, openOurs } from '../our-engine.ts';
import { nsenter } from '../peer/nsenter.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const never = new AbortController().signal;

/** A further process in a running container, from the call in Node to its exit event. */
export async function exec(
  workspace: Workspace,
  _host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  await using sandbox = await openOurs(workspace);
  const container = await sandbox.startContainer(containerOf('sleeper', ['/bin/sleep']), never);
  const spec = containerOf('exec', ['/bin/true']).process;
  const ours = async (): Promise<number> => {
    const startedAt = performance.now();
    const process = await container.exec(spec, never);
    const { code } = await process.exited;
    const tookMs = performance.now() - startedAt;
    if (code !== 0) throw new Error(`exec ended with ${code}`);
    return tookMs;
  };
  await using peer = nsenter(workspace);
  const { figures, skipped } = await interleave(
    [{ name: 'mayfly', spawned: false, run: ours }, peer],
    rounds,
  );
  return [
    {
      what: '`exec` of `true` in a running container',
      unit: 'ms',
      figures,
      skipped,
      bars: [{ peer: 'nsenter', atMost: 1.3 }],
    },
  ];
}
