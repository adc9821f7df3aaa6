import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../../../../src/engine/linux/launcher/', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const warnings = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-g', '-O1', `-I${sources}`];

/** AddressSanitizer and UBSan, ending at the first finding. */
export const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
/** UBSan alone can be static, which the init of a sandbox has to be. */
export const staticUndefined = ['-fsanitize=undefined', '-fsanitize-undefined-trap-on-error', '-static'];

/** The whole launcher with other flags; returns its path, in a directory for tests. */
export function buildLauncher(flags: readonly string[]): string {
  const files = readdirSync(sources).filter((name) => name.endsWith('.c'));
  return compile(
    flags,
    files.map((name) => join(sources, name)),
  );
}

export function buildTapeHarness(): string {
  return compile(sanitizers, [join(here, 'tape-harness.c'), join(sources, 'tape.c')]);
}

function compile(flags: readonly string[], files: readonly string[]): string {
  const output = join(mkdtempSync(join(tmpdir(), 'mayfly-launcher-')), 'launcher');
  execFileSync('cc', [...warnings, ...flags, '-o', output, ...files], { stdio: 'pipe' });
  return output;
}
