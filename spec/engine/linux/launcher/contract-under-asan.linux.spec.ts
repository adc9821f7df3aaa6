import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../../cli/mayfly-process.ts';
import { describeAsRoot } from '../../../requires.ts';
import { buildLauncher, sanitizers } from './build-launcher.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-asan-contract-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/**
 * AddressSanitizer is not to be had in a static program, and the init of a sandbox executes itself where nothing of the host is:
 * its loader and libraries lie in the store, which both have at /store, the supervisor in an overlaid root.
 */
const place = '/store/asan';
const fromStore = [`-Wl,--dynamic-linker=${place}/ld.so`, `-Wl,-rpath,${place}`, '-Wl,--disable-new-dtags'];

/** The loader, and the libraries that ldd(1) names. */
function copyLibraries(of: string): string {
  const libraries = join(directory, 'libraries');
  mkdirSync(libraries);
  const paths = execFileSync('ldd', [of], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g);
  for (const [, path = ''] of paths) {
    const name = basename(path);
    cpSync(realpathSync(path), join(libraries, name));
    if (name.startsWith('ld-linux')) cpSync(realpathSync(path), join(libraries, 'ld.so'));
  }
  return libraries;
}

interface Report {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
}

describeAsRoot(['userns', 'overlay', 'net'], 'a launcher under AddressSanitizer and UBSan', () => {
  test('keeps the whole contract of the engine: supervisor, init, containers and all', async () => {
    const launcher = buildLauncher([...sanitizers, ...fromStore]);
    const libraries = copyLibraries(buildLauncher(sanitizers));
    const [scratch, report] = [join(directory, 'scratch'), join(directory, 'report.json')];
    mkdirSync(scratch);
    const script = fileURLToPath(new URL('overlaid-root.sh', import.meta.url));
    const vitest = [process.execPath, join(packageRoot, 'node_modules/vitest/vitest.mjs'), 'run'];
    const flags = ['--testTimeout=120000', '--reporter=json', `--outputFile=${report}`];
    const inside = ['--mount', '--propagation', 'private', 'sh', script, scratch, libraries];
    const child = spawn(
      'unshare',
      [...inside, ...vitest, ...flags, 'spec/engine/linux/contract.linux.spec.ts'],
      {
        cwd: packageRoot,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, MAYFLY_SPEC_LAUNCHER: launcher, MAYFLY_SPEC_LIBRARIES: libraries },
      },
    );
    const ended = once(child, 'close');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect((await ended)[0], out + err).toBe(0);
    const { numTotalTests, numPassedTests }: Report = JSON.parse(readFileSync(report, 'utf8'));
    expect(numPassedTests).toBe(numTotalTests);
    expect(numTotalTests).toBeGreaterThan(50);
  }, 900_000);
});
