import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave } from '../interleave.ts';
import { timeMayfly } from '../our-command.ts';
import { nodeItself } from '../peer/node-itself.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const atMostMs = 3_000;
const model = 'sealed-network';

/** Whole process: `mayfly validate` of a folder of files as people write them, comments and all. */
export async function validation(
  workspace: Workspace,
  _host: PeerHost,
  { rounds, files: count }: RowOptions,
): Promise<readonly Result[]> {
  const folder = join(workspace.directory, 'many-files');
  mkdirSync(folder);
  const text = readFileSync(join(workspace.root, `scenarios/${model}.yaml`), 'utf8');
  for (let at = 0; at < count; at += 1)
    writeFileSync(join(folder, `s${at}.yaml`), text.replace(`name: ${model}`, `name: s${at}`));
  const ours = {
    name: 'mayfly',
    spawned: true,
    run: () => timeMayfly(workspace, ['validate', folder]),
  };
  const { figures, skipped } = await interleave([ours, nodeItself], Math.max(1, Math.ceil(rounds / 10)));
  return [
    {
      what: `whole process \`mayfly validate\` of ${count} files`,
      unit: 'ms',
      figures,
      skipped,
      bars: [],
      atMost: atMostMs,
    },
  ];
}
