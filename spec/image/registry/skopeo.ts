import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeLayout } from '../image-fixtures.ts';

const run = promisify(execFile);

/** The witness: another implementation of the same specifications. It trusts any policy, and any certificate of loopback. */
export async function skopeo(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('skopeo', ['--insecure-policy', ...args], { timeout: 60_000 });
  return stdout;
}

/** Pushes the files of an OCI layout, as they are. */
export async function skopeoPush(
  files: ReadonlyMap<string, Buffer>,
  to: string,
  ...flags: readonly string[]
): Promise<void> {
  const layout = mkdtempSync(join(tmpdir(), 'mayfly-layout-'));
  writeLayout(layout, files);
  await skopeo(
    'copy',
    '--dest-tls-verify=false',
    '--preserve-digests',
    ...flags,
    `oci:${layout}`,
    `docker://${to}`,
  );
}
