import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCapabilities } from '../src/core/container-defaults.ts';
import { SeccompCompiler } from '../src/engine/linux/seccomp/seccomp-compiler.ts';

/** What all rows measure with: one tiny layer, the floor, a directory that goes when the benchmark ends. */
export interface Workspace {
  readonly root: string;
  readonly directory: string;
  readonly launcherPath: string;
  /** The store's layers; `base` is the one layer. */
  readonly layersDirectory: string;
  readonly layer: string;
  readonly floor: string;
  readonly filter: string;
  readonly scratch: string;
}

export function openWorkspace(root: string): Workspace & Disposable {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-bench-'));
  chmodSync(directory, 0o755); // the peers' roots of user namespaces are nobody here
  const layersDirectory = join(directory, 'layers');
  const layer = join(layersDirectory, 'base');
  const scratch = join(directory, 'scratch');
  for (const each of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp'])
    mkdirSync(join(layer, each), { recursive: true });
  mkdirSync(scratch);
  compile(join(root, 'bench/program.c'), join(layer, 'bin/true'));
  for (const name of ['sleep', 'serve', 'request', 'drain', 'pour'])
    copyFileSync(join(layer, 'bin/true'), join(layer, 'bin', name));
  writeFileSync(join(layer, 'etc/passwd'), 'root:x:0:0:root:/:/bin/true\n');
  const floor = join(directory, 'floor');
  compile(join(root, 'bench/floor.c'), floor);
  const filter = join(directory, 'filter');
  writeFileSync(filter, defaultFilter());
  const launcherPath = join(root, `dist/launcher-linux-${process.arch}`);
  if (!existsSync(launcherPath)) throw new Error(`${launcherPath} is not built: run \`npm run prepare\``);
  return {
    root,
    directory,
    launcherPath,
    layersDirectory,
    layer,
    floor,
    filter,
    scratch,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** What the linker says about getaddrinfo in a static program is shown only when it fails. */
function compile(source: string, target: string): void {
  const options = ['-O2', '-Wall', '-Wextra', '-Werror', '-static', '-s'];
  execFileSync('cc', [...options, '-o', target, source], { stdio: ['ignore', 'ignore', 'pipe'] });
}

function defaultFilter(): Uint8Array {
  const compiler = new SeccompCompiler({ arch: process.arch, kernelRelease: release() });
  const program = compiler.compile({ kind: 'default' }, defaultCapabilities);
  if (program === undefined) throw new Error('the default profile has no filter');
  return program.filter;
}
