import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { describeAsRoot, describeRequiring } from '../../../requires.ts';
import { loopDevicesOver } from '../sandbox/loop-devices.ts';
import { findSandbox, type SandboxPids } from '../sandbox-processes.ts';
import { addAccount } from './account.ts';
import { type Census, nothing } from './census.ts';
import { fortyContainers } from './forty-containers.ts';
import { Lane } from './lane.ts';
import type { LaneRun } from './lane-run.ts';

const waitSeconds = 10;
/** From a kill to the end of the run, however busy the machine: below the 20 s that a wait for what never comes would take. */
const atOnceMs = 15_000;
const next = 'name: next\nimages: { tools: { host: [echo] } }\nsteps: [{ image: tools, run: [echo, hi] }]\n';

let lane: Lane;
let census: Census;

beforeEach(async () => {
  lane = await Lane.open();
  lane.write('next.yaml', next);
  census = await lane.takeCensus();
});

afterEach(() => lane.close());

/** A run of forty that has come to a step which does not end by itself, and the processes that hold its sandbox. */
async function startForty(
  upper?: 'disk',
  limits = inject('hostFeatures').includes('cgroup-memory'),
): Promise<{ running: LaneRun; sandbox: SandboxPids }> {
  const scenario = fortyContainers({ limits, ...(upper === undefined ? {} : { upper }) });
  lane.write('forty.yaml', `${scenario}  - { in: plain1, run: sleep 1000 }\n`);
  const running = await lane.start('test', 'forty.yaml');
  await running.sees(/✓ begin/);
  const sandbox = findSandbox(running.pid);
  expect(Math.min(sandbox.supervisor, sandbox.init)).toBeGreaterThan(1);
  return { running, sandbox };
}

describeRequiring(['userns', 'overlay', 'net'], 'kill -9 of a part of a run', () => {
  test.each(['supervisor', 'init'] as const)(
    'the %s: the run ends at once as errored and says so, and nothing is left',
    async (part) => {
      const { running, sandbox } = await startForty();
      process.kill(sandbox[part], 'SIGKILL');
      const killedAt = performance.now();
      const { status, out, err } = await running.ended;
      expect(performance.now() - killedAt, out + err).toBeLessThan(atOnceMs);
      expect(status, out + err).toBe(4);
      expect(out).toContain('errored');
      expect(out).toContain('the launcher has ended');
      expect(await census.left(waitSeconds)).toBe(nothing);
    },
    60_000,
  );

  test('two runners at once on one store: the death of one does not disturb the other', async () => {
    const { running } = await startForty();
    lane.write('other.yaml', fortyContainers({ limits: false }));
    const other = await lane.start('test', 'other.yaml');
    await other.sees(/web1 started/);
    running.kill('SIGKILL');
    const [ended, passed] = await Promise.all([running.ended, other.ended]);
    expect(ended.signal).toBe('SIGKILL');
    expect(passed.status, passed.out + passed.err).toBe(0);
    expect(passed.out).toContain('nothing left behind');
    expect(await census.left(waitSeconds)).toBe(nothing);
  }, 60_000);
});

describeAsRoot(
  ['userns', 'overlay', 'net', 'cgroup-memory', 'cgroup-pids', 'disk-limit'],
  'kill -9 of runner and supervisor together',
  () => {
    test.each(['tmpfs', 'disk'] as const)(
      'control groups the next run sweeps, and there is nothing else (`upper: %s`)',
      async (upper) => {
        const { running, sandbox } = await startForty(upper === 'disk' ? upper : undefined);
        process.kill(sandbox.supervisor, 'SIGSTOP'); // it must not see the runner's end
        running.kill('SIGKILL');
        process.kill(sandbox.supervisor, 'SIGKILL');
        await running.ended;
        await expect.poll(() => existsSync(`/proc/${sandbox.init}`), { timeout: 20_000 }).toBe(false);
        await expect.poll(() => loopDevicesOver(lane.home), { timeout: 20_000 }).toEqual([]);
        expect(readdirSync(join(lane.home, 'state/journal'))).toHaveLength(1);
        const left = await census.left(0);
        expect(left).toContain('cgroup');
        expect(left, 'a file system of its own needs no sweeping').not.toContain('/uppers/');
        const startedAt = performance.now();
        const swept = await (await lane.start('test', 'next.yaml')).ended;
        expect(swept.status, swept.out + swept.err).toBe(0);
        expect(performance.now() - startedAt).toBeLessThan(atOnceMs);
        expect(await census.left(waitSeconds)).toBe(nothing);
      },
      60_000,
    );
  },
);

describeAsRoot(
  ['userns', 'overlay', 'net', 'subids'],
  'kill -9 of runner and supervisor of an ordinary user',
  () => {
    test('writable layers on disk the next run sweeps', async () => {
      using account = addAccount(`mfkill${process.pid}`);
      await lane.close();
      lane = await Lane.open(account);
      lane.write('next.yaml', next);
      census = await lane.takeCensus();
      const { running, sandbox } = await startForty('disk', false);
      process.kill(sandbox.supervisor, 'SIGSTOP');
      running.kill('SIGKILL');
      process.kill(sandbox.supervisor, 'SIGKILL');
      await running.ended;
      await expect.poll(() => existsSync(`/proc/${sandbox.init}`), { timeout: 20_000 }).toBe(false);
      expect(readdirSync(join(lane.home, 'state/journal'))).toHaveLength(1);
      expect(await census.left(0)).toContain('/uppers/');
      const swept = await (await lane.start('test', 'next.yaml')).ended;
      expect(swept.status, swept.out + swept.err).toBe(0);
      expect(await census.left(waitSeconds)).toBe(nothing);
    }, 60_000);
  },
);
