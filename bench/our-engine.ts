import { randomBytes } from 'node:crypto';
import { release, userInfo } from 'node:os';
import { join } from 'node:path';
import type { ContainerSpec } from '../src/core/container.ts';
import { defaultContainer } from '../src/core/container-defaults.ts';
import type { Sandbox, SandboxSpec } from '../src/core/engine.ts';
import { emptyImageConfig, type Image } from '../src/core/image.ts';
import { LinuxEngine } from '../src/engine/linux/linux-engine.ts';
import { mergeImage } from '../src/scenario/plan/merge-image.ts';
import type { Workspace } from './workspace.ts';

const never = new AbortController().signal;

export function makeEngine({ launcherPath, layersDirectory, directory }: Workspace): LinuxEngine {
  const { uid, gid, username } = userInfo();
  return new LinuxEngine({
    platform: process.platform,
    arch: process.arch,
    kernelRelease: release(),
    launcherPath,
    layersDirectory,
    stateDirectory: join(directory, 'state'),
    environment: process.env,
    user: { uid, gid, login: username },
    seed: 1,
    now: () => performance.now(),
    randomBytes,
  });
}

export function openOurs(workspace: Workspace, change: Partial<SandboxSpec> = {}): Promise<Sandbox> {
  const runId = `bench${process.pid}x${randomBytes(4).toString('hex')}`;
  return makeEngine(workspace).openSandbox(
    { runId, networks: [], volumes: [], upper: 'auto', ...change },
    never,
  );
}

const image: Image = {
  id: 'sha256:bench',
  name: 'bench',
  layers: [{ diffId: 'sha256:bench', directory: 'base', sizeBytes: 1 }],
  config: { ...emptyImageConfig, environment: ['PATH=/bin'] },
  platform: 'linux/amd64',
  createdAt: '',
  sizeBytes: 1,
};

/** A container as the language makes it where nothing is said: every default of the product. */
export function containerOf(
  name: string,
  argv: readonly string[],
  change: Partial<ContainerSpec> = {},
): ContainerSpec {
  return { ...mergeImage({ ...defaultContainer(name), command: [...argv] }, image), ...change };
}

let count = 0;

/** Start to exit of one container in an open sandbox, as Node sees it; removing it is not part of it. */
export async function timeContainer(sandbox: Sandbox, argv: readonly string[]): Promise<number> {
  count += 1;
  const spec = containerOf(`c${count}`, argv);
  const startedAt = performance.now();
  const container = await sandbox.startContainer(spec, never);
  const { code } = await container.main.exited;
  const tookMs = performance.now() - startedAt;
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}`);
  await container.remove();
  return tookMs;
}
