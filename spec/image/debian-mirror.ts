import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDebianOptions } from '../../src/image/debian/debian-options.ts';
import { planSources } from '../../src/image/debian/plan-sources.ts';
import { readAptSources } from '../../src/image/debian/read-apt-sources.ts';
import { describeUnlessMissing } from '../requires.ts';

/** Why images of Debian packages cannot be made here; undefined if they can. */
function whatIsMissing(suite: string): string | undefined {
  if (process.platform !== 'linux') return 'Linux';
  try {
    execFileSync('mmdebstrap', ['--version'], { stdio: 'ignore' });
  } catch {
    return 'mmdebstrap';
  }
  const folder = mkdtempSync(join(tmpdir(), 'mayfly-mirror-'));
  try {
    const [source] = planSources(parseDebianOptions({ suite }), {
      entries: readAptSources('/etc/apt'),
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      codename: '',
      keyrings: [],
    });
    if (source === undefined) return 'apt sources';
    const uri = `${source.uri.replace(/\/+$/, '')}/dists/${suite}/InRelease`;
    // apt's own helper knows the machine's proxies.
    execFileSync(
      '/usr/lib/apt/apt-helper',
      ['-oAPT::Sandbox::User=root', 'download-file', uri, join(folder, 'x')],
      {
        stdio: 'ignore',
        timeout: 20_000,
      },
    );
    return undefined;
  } catch {
    return 'the Debian mirror';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A suite that installs packages; skipped by name where the mirror cannot be reached. */
export function describeWithMirror(suite: string, name: string, body: () => void): void {
  const missing = whatIsMissing(suite);
  describeUnlessMissing(missing === undefined ? [] : [missing], name, body);
}
