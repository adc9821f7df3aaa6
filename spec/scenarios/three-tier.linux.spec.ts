import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithMirror } from '../image/debian-mirror.ts';
import { FlagshipCopy, failuresOf, type Ran, type RunOptions } from './three-tier-kit.ts';

/** From an empty store, and from one that has the images, on a machine of its own. */
const coldMs = 240_000;
const warmMs = 10_000;
const timeout = 1_200_000;

/** What a bar is where others are at work: they take their share of the processors. */
function shared(barMs: number): number {
  return barMs * Math.max(1, (loadavg()[0] ?? 1) / availableParallelism());
}

const copy = new FlagshipCopy();
chmodSync(copy.folder, 0o755);
afterAll(() => copy[Symbol.dispose]());

const flagship = { args: [copy.scenario, '--tag', 'manual'] };
const withoutNetwork = { ...flagship, behind: ['unshare', '--net'] };

function expectPassed({ status, scenarios, err }: Ran): void {
  const [scenario] = scenarios;
  expect(scenario === undefined ? err : failuresOf(scenario)).toEqual([]);
  expect([status, scenario?.outcome, scenario?.attempts[0]?.leaks]).toEqual([0, 'passed', []]);
}

async function expectPassedIn(barMs: number, options: RunOptions): Promise<void> {
  const mostMs = shared(barMs);
  const ran = await copy.run(options);
  expectPassed(ran);
  expect(ran.elapsedMs).toBeLessThan(mostMs);
}

const isRoot = process.getuid?.() === 0;

describeWithMirror('bookworm', 'R9 R28 the flagship', () => {
  test('passes', { timeout }, async () => expectPassed(await copy.run(flagship)));

  test.runIf(isRoot)('again, without a network, in ten seconds', { timeout }, async () => {
    await expectPassedIn(warmMs, withoutNetwork);
  });
});

describeWithMirror('bookworm', 'R9 R28 the flagship of a fresh ordinary user', () => {
  const login = `mfshop${process.pid}`;
  const home = `${copy.folder}/${login}`;
  const environment = { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: home };
  const asUser = ['setpriv', '--reuid', login, '--regid', login, '--clear-groups'];

  beforeAll(() => {
    if (isRoot) execFileSync('useradd', ['--create-home', '--home-dir', home, '--user-group', login]);
    if (isRoot) chmodSync(home, 0o711); // the user's own subordinate ids pass through
  });
  afterAll(() => {
    if (isRoot) execFileSync('userdel', ['--remove', login], { stdio: 'ignore' });
  });

  test.runIf(isRoot)('passes from an empty store in four minutes', { timeout }, async () => {
    await expectPassedIn(coldMs, { ...flagship, environment, behind: asUser });
  });

  test.runIf(isRoot)('and from a warm one, without a network, in ten seconds', { timeout }, async () => {
    const behind = [...withoutNetwork.behind, ...asUser];
    await expectPassedIn(warmMs, { ...withoutNetwork, environment, behind });
  });
});
