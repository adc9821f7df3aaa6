import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../contender.ts';
import { msPerStep, readEvents } from '../event-times.ts';
import { interleave } from '../interleave.ts';
import { timeMayfly } from '../our-command.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import { timeProcess } from '../run-process.ts';
import type { Workspace } from '../workspace.ts';

const atMostMs = 6;
const spawnsPerRound = 50;

/** A program per step, in one service, one after the other; the scale is Node's own spawn of the same program. */
export async function steps(
  workspace: Workspace,
  _host: PeerHost,
  { rounds, steps: count }: RowOptions,
): Promise<readonly Result[]> {
  const file = join(workspace.directory, 'many-steps.yaml');
  const events = join(mkdtempSync(join(workspace.directory, 'events-')), 'events.ndjson');
  writeFileSync(file, scenarioOf(count));
  const ours: Contender = {
    name: 'mayfly',
    spawned: false,
    run: async () => {
      await timeMayfly(workspace, ['test', file, '--report', `ndjson=${events}`]);
      return msPerStep(readEvents(events));
    },
  };
  const spawn: Contender = {
    name: 'spawn of `true`',
    spawned: true,
    run: () => timeSpawns(join(workspace.layer, 'bin/true')),
  };
  const { figures, skipped } = await interleave([ours, spawn], Math.max(1, Math.ceil(rounds / 10)));
  return [
    {
      what: `a step of \`run: [true]\`, of ${count}`,
      unit: 'ms',
      figures,
      skipped,
      bars: [],
      atMost: atMostMs,
    },
  ];
}

function scenarioOf(count: number): string {
  return `name: many-steps
images: { base: { rootfs: ./layers/base } }
services: { one: { image: base, command: [/bin/sleep] } }
steps:
${'  - { in: one, run: [/bin/true] }\n'.repeat(count)}`;
}

async function timeSpawns(program: string): Promise<number> {
  let tookMs = 0;
  for (let spawned = 0; spawned < spawnsPerRound; spawned += 1) tookMs += await timeProcess([program]);
  return tookMs / spawnsPerRound;
}
