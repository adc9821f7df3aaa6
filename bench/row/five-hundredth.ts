import type { Container, Sandbox } from '../../src/core/engine.ts';
import { figureOf } from '../interleave.ts';
import { containerOf, openOurs } from '../our-engine.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const never = new AbortController().signal;
/** Of `containers`: the row's own number at the default of 100 is 500. */
const times = 5;
const sampled = 10;

/**
 * From the call to the start of the program, in a sandbox with hundreds of running containers and in an empty one; the two are
 * open at the same time and take turns, so that what else the machine does hits both alike.
 */
export async function fiveHundredth(
  workspace: Workspace,
  _host: PeerHost,
  { containers }: RowOptions,
): Promise<readonly Result[]> {
  const last = containers * times;
  await using full = await openOurs(workspace);
  await using empty = await openOurs(workspace);
  for (let n = 1; n < last; n += 1) await startSleeper(full, `s${n}`);
  const samples: { readonly full: number[]; readonly empty: number[] } = { full: [], empty: [] };
  for (let n = 0; n < sampled; n += 1) {
    samples.full.push(await timeSleeper(full, `last${n}`));
    samples.empty.push(await timeSleeper(empty, `first${n}`));
  }
  return [
    {
      what: `start of container ${last} while the others run, against the first`,
      unit: 'ms',
      figures: [
        figureOf({ name: 'mayfly', spawned: false }, samples.full),
        figureOf({ name: 'first', spawned: false }, samples.empty),
      ],
      skipped: [],
      bars: [{ peer: 'first', atMost: 1.5 }],
    },
  ];
}

function startSleeper(sandbox: Sandbox, name: string): Promise<Container> {
  return sandbox.startContainer(containerOf(name, ['/bin/sleep']), never);
}

async function timeSleeper(sandbox: Sandbox, name: string): Promise<number> {
  const startedAt = performance.now();
  const container = await startSleeper(sandbox, name);
  const tookMs = performance.now() - startedAt;
  await container.remove();
  return tookMs;
}
