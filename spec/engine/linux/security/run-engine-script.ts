import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ContainerSpec } from '../../../../src/core/container.ts';
import type { Leak } from '../../../../src/core/engine.ts';
import { launcherPath } from '../linux-kit.ts';

export interface ScriptCommand {
  readonly argv: readonly string[];
  readonly user?: string;
}

export interface ScriptRequest {
  readonly directory: string;
  readonly launcher: string;
  readonly programs: readonly string[];
  readonly commands: readonly ScriptCommand[];
  readonly sealed: Partial<ContainerSpec>;
}

export interface ScriptReport {
  /** How this user's ids are mapped: `root`, `subids` or `single-id`. */
  readonly mode: string;
  readonly outputs: readonly string[];
  readonly leaks: readonly Leak[];
}

export interface RunAs {
  /** Undefined: as who runs the tests. */
  readonly uid?: number;
  /** Open in the script's Node from descriptor 3 on, and not closed on exec. */
  readonly inherited?: readonly number[];
}

/** A world-readable place with the launcher and the script; a user's own home in it. */
export async function layOut(uid: number | undefined): Promise<string> {
  const place = mkdtempSync(join(tmpdir(), 'mayfly-script-'));
  chmodSync(place, 0o755);
  const launcher = join(place, 'launcher');
  copyFileSync(launcherPath, launcher);
  chmodSync(launcher, 0o755);
  await build({
    entryPoints: [fileURLToPath(new URL('engine-script.ts', import.meta.url))],
    outfile: join(place, 'script.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20', // `using` is newer
    logLevel: 'error',
    // tar-stream is CommonJS and asks for `require`.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  const home = join(place, 'home');
  mkdirSync(home, { mode: 0o700 });
  if (uid !== undefined) chownSync(home, uid, uid);
  return place;
}

/** Uses the engine in another Node, as another user or with descriptors it should not pass on. */
export async function runEngineScript(
  place: string,
  request: Omit<ScriptRequest, 'directory' | 'launcher'>,
  { uid, inherited = [] }: RunAs,
): Promise<ScriptReport> {
  const home = join(place, 'home');
  const full: ScriptRequest = { ...request, directory: home, launcher: join(place, 'launcher') };
  const script = [process.execPath, join(place, 'script.mjs'), JSON.stringify(full)];
  const id = String(uid);
  const argv =
    uid === undefined ? script : ['setpriv', '--reuid', id, '--regid', id, '--clear-groups', ...script];
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    stdio: ['ignore', 'pipe', 'pipe', ...inherited],
  });
  const streams = [child.stdout, child.stderr].map((stream) => text(stream as Readable));
  const [[code], stdout = '', stderr] = await Promise.all([once(child, 'close'), ...streams]);
  if (code !== 0) throw new Error(`the script ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
