import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LinuxEngine } from '../src/engine/linux/linux-engine.ts';
import { containerOf, makeEngine } from './our-engine.ts';
import { openWorkspace } from './workspace.ts';

const never = new AbortController().signal;
const closeBudgetMs = 10_000;
const containers = 5;
/** Caches fill and the collector finds its rhythm in the first rounds: they are not counted. */
const warmUp = 10;
/** A leak of a few kilobytes per round would pass this in a hundred rounds; what the collector leaves lying does not. */
const mostBytesGrown = 24 * 2 ** 20;

interface Footprint {
  readonly descriptors: number;
  readonly bytes: number;
  readonly stateFiles: readonly string[];
}

/** Opens and closes sandboxes in one process; what grew, in words. */
export async function soak(root: string, rounds: number): Promise<readonly string[]> {
  using workspace = openWorkspace(root);
  const state = join(workspace.directory, 'state');
  const engine = makeEngine(workspace);
  let before = footprint(state);
  const problems: string[] = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    if (round === warmUp) before = footprint(state);
    problems.push(...(await runOnce(engine, round)));
  }
  const after = footprint(state);
  process.stdout.write(
    `${rounds} sandboxes of ${containers} containers: ${describe(before)} before, ${describe(after)} after\n`,
  );
  return [...problems, ...compare(before, after)];
}

async function runOnce(engine: LinuxEngine, round: number): Promise<readonly string[]> {
  const networks = [{ name: 'front', egress: false }];
  const sandbox = await engine.openSandbox(
    { runId: `soak${process.pid}x${round}`, networks, volumes: [{ name: 'data' }], upper: 'auto' },
    never,
  );
  const attachments = [{ network: 'front', aliases: [] }];
  const network = { kind: 'attached', attachments } as const;
  const started = await Promise.all(
    Array.from({ length: containers }, (_, n) =>
      sandbox.startContainer(containerOf(`c${n}`, ['/bin/sleep'], { network }), never),
    ),
  );
  const exec = await started[0]?.exec(containerOf('exec', ['/bin/true']).process, never);
  await exec?.exited;
  const leaks = await sandbox.close(closeBudgetMs);
  return leaks.map(({ kind, what }) => `round ${round} left a ${kind}: ${what}`);
}

function footprint(state: string): Footprint {
  global.gc?.();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    bytes: process.memoryUsage().rss,
    stateFiles: list(state),
  };
}

function compare(before: Footprint, after: Footprint): readonly string[] {
  const grown = after.bytes - before.bytes;
  const files = after.stateFiles.filter((file) => !before.stateFiles.includes(file));
  return [
    ...(after.descriptors > before.descriptors
      ? [`${after.descriptors - before.descriptors} descriptors were not closed`]
      : []),
    ...(grown > mostBytesGrown ? [`memory grew by ${Math.round(grown / 2 ** 20)} MiB`] : []),
    ...files.map((file) => `left in the state directory: ${file}`),
  ];
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { recursive: true }).map(String);
  } catch {
    return []; // not made yet
  }
}

const describe = ({ descriptors, bytes }: Footprint): string =>
  `${descriptors} descriptors and ${(bytes / 2 ** 20).toFixed(0)} MiB`;
