import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave } from '../interleave.ts';
import { timeMayfly } from '../our-command.ts';
import { nodeItself } from '../peer/node-itself.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const cachedSteps = 10;

/** Whole process: `mayfly build` of a Dockerfile whose every step is in the cache. The first, which is not counted, fills it. */
export async function buildWarm(
  workspace: Workspace,
  _host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  const folder = join(workspace.directory, 'build-warm');
  mkdirSync(folder);
  copyFileSync('/bin/busybox', join(folder, 'sh'));
  const runs = Array.from({ length: cachedSteps - 1 }, (_, at) => `RUN echo ${at} > /s${at}\n`);
  writeFileSync(join(folder, 'Dockerfile'), `FROM scratch\nCOPY sh /bin/sh\n${runs.join('')}`);
  const ours = { name: 'mayfly', spawned: true, run: () => timeMayfly(workspace, ['build', '-q', folder]) };
  const { figures, skipped } = await interleave([ours, nodeItself], Math.max(3, Math.ceil(rounds / 2)));
  return [
    {
      what: `whole process \`mayfly build\` of ${cachedSteps} steps that are in the cache`,
      unit: 'ms',
      figures,
      skipped,
      bars: [{ peer: nodeItself.name, atMost: 5 }],
    },
  ];
}
