import { loadavg } from 'node:os';
import { parseOptions, usage } from './options.ts';
import { openPeerHost, type PeerHost } from './peer/peer-host.ts';
import type { Result, RowOptions } from './result.ts';
import { buildWarm } from './row/build-warm.ts';
import { exec } from './row/exec.ts';
import { fiveHundredth } from './row/five-hundredth.ts';
import { flagship } from './row/flagship.ts';
import { fork } from './row/fork.ts';
import { helloWorld } from './row/hello-world.ts';
import { hundred } from './row/hundred.ts';
import { idleInvariants } from './row/idle-invariants.ts';
import { idleMemory } from './row/idle-memory.ts';
import { isolation } from './row/isolation.ts';
import { matrix } from './row/matrix.ts';
import { policy } from './row/policy.ts';
import { runnerMemory } from './row/runner-memory.ts';
import { services } from './row/services.ts';
import { start } from './row/start.ts';
import { steps } from './row/steps.ts';
import { unpack } from './row/unpack.ts';
import { validation } from './row/validation.ts';
import { missedBars, renderTable } from './table.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

type Row = (workspace: Workspace, host: PeerHost, options: RowOptions) => Promise<readonly Result[]>;

const rows: Readonly<Record<string, Row>> = {
  start,
  exec,
  hundred,
  services,
  'hello-world': helloWorld,
  'five-hundredth': fiveHundredth,
  'idle-memory': idleMemory,
  steps,
  validation,
  'runner-memory': runnerMemory,
  fork,
  'idle-invariants': idleInvariants,
  isolation,
  matrix,
  flagship,
  policy,
  unpack,
  'build-warm': buildWarm,
};

/** Exit status 0, 1 when a bar does not hold, 2 for a wrong argument. */
export async function main(root: string, argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (options === undefined || options.only.some((id) => rows[id] === undefined)) {
    process.stderr.write(usage(Object.keys(rows)));
    return 2;
  }
  using workspace = openWorkspace(root);
  using host = await openPeerHost();
  const results: Result[] = [];
  for (const [id, row] of Object.entries(rows)) {
    if (options.only.length > 0 && !options.only.includes(id)) continue;
    process.stderr.write(`${id} …\n`);
    results.push(...(await row(workspace, host, options)));
  }
  process.stdout.write(`${renderTable(results, options.style)}\n\n${notes()}\n`);
  const missed = missedBars(results);
  for (const each of missed) process.stderr.write(`bar missed: ${each}\n`);
  return missed.length === 0 ? 0 : 1;
}

function notes(): string {
  const load = loadavg().map((each) => each.toFixed(1));
  return [
    'Medians of runs in turns. * contains Node’s own spawn of a process (about 2 ms on a machine at rest).',
    'A bar in ms is one of a machine at rest, where `node -e 0` takes about 40 ms: beside it stands what this one took.',
    `Load of the machine: ${load.join(', ')}. Node ${process.versions.node}.`,
  ].join('\n');
}
