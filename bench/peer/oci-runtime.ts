import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../contender.ts';
import { findProgram } from '../find-program.ts';
import { outputOf, timeProcess } from '../run-process.ts';
import type { Workspace } from '../workspace.ts';
import type { PeerHost } from './peer-host.ts';

let count = 0;

/** `crun run` or `runc run` on a bundle with the runtime's own default configuration, in which only the program is ours. */
export function ociRuntime(
  name: 'crun' | 'runc',
  workspace: Workspace,
  host: PeerHost,
  argv: readonly string[],
): Contender {
  let bundle: string | undefined;
  return {
    name,
    spawned: true,
    run: async () => {
      bundle ??= await makeBundle(name, workspace, argv);
      count += 1;
      return timeProcess([
        ...host.enterMounts,
        name,
        'run',
        '--bundle',
        bundle,
        `bench${process.pid}x${count}`,
      ]);
    },
  };
}

async function makeBundle(
  name: string,
  { directory, layer }: Workspace,
  argv: readonly string[],
): Promise<string> {
  if (findProgram(name) === undefined) throw new Error('not installed');
  const bundle = join(directory, `bundle-${name}`);
  mkdirSync(bundle, { recursive: true });
  cpSync(layer, join(bundle, 'rootfs'), { recursive: true });
  await outputOf([name, 'spec', '--bundle', bundle]);
  const path = join(bundle, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as {
    process: { terminal: boolean; args: readonly string[] };
  };
  const process = { ...config.process, terminal: false, args: argv };
  writeFileSync(path, JSON.stringify({ ...config, process }));
  return bundle;
}
