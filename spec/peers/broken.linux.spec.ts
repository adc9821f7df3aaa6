import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AuditReport } from '../../src/core/audit-report.ts';
import type { CheckResult } from '../../src/core/check-result.ts';
import { program } from '../cli/mayfly-process.ts';
import { type BrokenBundle, brokenBundles, sealed, unbroken, unsealed } from './broken-bundles.ts';
import { describePeers } from './describe-peers.ts';
import { PeerWorld } from './peer-world.ts';

type Results = Readonly<Record<string, CheckResult>>;

const numbered = brokenBundles.map((bundle, at): BrokenBundle & { readonly number: number } => ({
  ...bundle,
  number: at + 1,
}));

describePeers('mayfly verify of containers with one thing wrong', () => {
  let world: PeerWorld;
  let whole: Results;
  beforeAll(async () => {
    world = await PeerWorld.open();
    const [socket, inside] = ['/run/docker.sock', `${world.rootfs}/run`];
    await world.run(['sh', '-ec', `touch ${socket}; mkdir ${inside}; touch ${inside}/docker.sock`]);
    await world.crun('sealed', (config) => sealed(config));
    whole = await verify('crun:sealed');
  }, 60_000);
  afterAll(() => world?.[Symbol.asyncDispose]());

  /** Inside the world: its host is what it can reach. */
  async function verify(target: string): Promise<Results> {
    const { directory } = world;
    const places = { MAYFLY_STORE: join(directory, 'store'), MAYFLY_STATE: join(directory, 'state') };
    const argv = ['node', program, 'verify', target, '--profile', 'strict', '--report', 'json'];
    const { out, err } = await world.status(argv, places);
    expect(err).toBe('');
    const { checks } = JSON.parse(out) as AuditReport;
    return Object.fromEntries(checks.map(({ id, result }) => [id, result]));
  }

  const otherwise = (found: Results): Results =>
    Object.fromEntries(Object.entries(found).filter(([check, result]) => whole[check] !== result));

  test('a sealed one passes, but for what cannot be told', () => {
    const told = Object.entries(whole).filter(([, result]) => result !== 'pass' && result !== 'n/a');
    expect(Object.fromEntries(told)).toEqual({
      'user.no-nested-userns': 'unsupported',
      'seccomp.denied': 'unsupported',
      'keyring.isolated': 'unsupported',
    });
  });

  test('every check that looks is broken by something, or there is a reason', () => {
    const broken = [...brokenBundles.map(({ breaks }) => breaks), unsealed].flatMap((each) =>
      Object.keys(each),
    );
    const looking = Object.keys(whole).filter((check) => whole[check] !== 'n/a');
    expect(looking.filter((check) => !broken.includes(check)).sort()).toEqual(Object.keys(unbroken).sort());
  });

  test.each(numbered)('$name: exactly that is found', async ({ number, range = number, ...bundle }) => {
    const id = `broken-${number}`;
    const change = bundle.change ?? ((same) => same);
    await world.crun(id, (config) => change(sealed(config, range)), bundle.words);
    if (bundle.afterwards !== undefined) {
      const { pid } = JSON.parse(await world.run(['crun', 'state', id]));
      await world.run(['sh', '-ec', bundle.afterwards.replaceAll('PID', pid)]);
    }
    expect(otherwise(await verify(`crun:${id}`))).toEqual(bundle.breaks);
  });

  test('a process with the mounts of the host: exactly that is found', async () => {
    const flags = ['--map-root-user', '--net', '--ipc', '--uts', '--pid', '--cgroup', '--fork'];
    const command = `unshare ${flags.join(' ')} sleep 98761 </dev/null >/dev/null 2>&1 &`;
    await world.run(['sh', '-c', command]);
    const find = async (): Promise<string> =>
      (await world.status(['pgrep', '-x', '-f', 'sleep 98761'])).out.trim();
    const pid = await vi.waitFor(async () => {
      const found = await find();
      expect(found).toMatch(/^\d+$/);
      return found;
    });
    expect(otherwise(await verify(pid))).toEqual(unsealed);
  });
});
