import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithMirror } from '../image/debian-mirror.ts';
import { FlagshipCopy, failuresOf, type Ran } from './three-tier-kit.ts';

/** The first run makes the images. */
const timeout = 1_200_000;

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

const isRoot = process.getuid?.() === 0;

describeWithMirror('bookworm', 'R9 R28 the flagship', () => {
  test('passes', { timeout }, async () => expectPassed(await copy.run(flagship)));

  test.runIf(isRoot)('again, without a network', { timeout }, async () => {
    expectPassed(await copy.run(withoutNetwork));
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

  test.runIf(isRoot)('passes from an empty store', { timeout }, async () => {
    expectPassed(await copy.run({ ...flagship, environment, behind: asUser }));
  });

  test.runIf(isRoot)('and from a warm one, without a network', { timeout }, async () => {
    const behind = [...withoutNetwork.behind, ...asUser];
    expectPassed(await copy.run({ ...withoutNetwork, environment, behind }));
  });
});
