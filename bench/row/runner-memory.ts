import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figureOf } from '../interleave.ts';
import { peakMemoryOfMayfly } from '../our-command.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const atMostMegabytes = 250;

/** The most that the runner itself, Node with everything it holds, ever had resident while that many services ran. */
export async function runnerMemory(
  workspace: Workspace,
  _host: PeerHost,
  { services: count }: RowOptions,
): Promise<readonly Result[]> {
  const file = join(workspace.directory, 'many-services.yaml');
  writeFileSync(file, scenarioOf(count));
  const megabytes = (await peakMemoryOfMayfly(workspace, ['test', file])) / 2 ** 20;
  return [
    {
      what: `memory of the runner with ${count} services`,
      unit: 'MB',
      figures: [figureOf({ name: 'mayfly', spawned: false }, [megabytes])],
      skipped: [],
      bars: [],
      atMost: atMostMegabytes,
    },
  ];
}

function scenarioOf(count: number): string {
  const services = Array.from(
    { length: count },
    (_, at) => `  s${at}: { image: base, command: [/bin/sleep] }\n`,
  );
  return `name: many-services
images: { base: { rootfs: ./layers/base } }
services:
${services.join('')}steps:
  - { in: s0, run: [/bin/true] }
`;
}
