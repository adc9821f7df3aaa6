import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { msPerStep, readEvents } from '../event-times.ts';
import { interleave } from '../interleave.ts';
import { timeMayfly } from '../our-command.ts';
import { nodeItself } from '../peer/node-itself.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const sizes = [
  { services: 1, atMostMs: 300 },
  { services: 10, atMostMs: 1500 },
];

/** All checks of `standard` on services that have a network in common: the step alone, from its start to its end. */
export async function isolation(
  workspace: Workspace,
  _host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const { services, atMostMs } of sizes) {
    const file = join(workspace.directory, `isolation-${services}.yaml`);
    const events = join(mkdtempSync(join(workspace.directory, 'events-')), 'events.ndjson');
    writeFileSync(file, scenarioOf(services));
    const run = async (): Promise<number> => {
      await timeMayfly(workspace, ['test', file, '--report', `ndjson=${events}`]);
      return msPerStep(readEvents(events));
    };
    const { figures, skipped } = await interleave(
      [{ name: 'mayfly', spawned: false, run }, nodeItself],
      Math.max(1, Math.ceil(rounds / 4)),
    );
    const what = `an \`isolation\` step, \`standard\`, ${services === 1 ? 'one service' : `${services} services`}`;
    results.push({ what, unit: 'ms', figures, skipped, bars: [], atMost: atMostMs });
  }
  return results;
}

function scenarioOf(count: number): string {
  const names = Array.from({ length: count }, (_, at) => `s${at}`);
  return `name: isolation
images: { base: { rootfs: ./layers/base } }
services:
${names.map((name) => `  ${name}: { image: base, command: [/bin/sleep] }\n`).join('')}steps:
  - isolation: { profile: standard }
`;
}
