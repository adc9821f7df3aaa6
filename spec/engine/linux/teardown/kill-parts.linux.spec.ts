import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { MayflyBench, type RunningMayfly } from '../../../cli/mayfly-process.ts';
import { describeAsRoot, describeRequiring } from '../../../requires.ts';
import { Census, nothing } from './census.ts';
import { fortyContainers } from './forty-containers.ts';
import { findSandbox, type SandboxProcesses } from './sandbox-processes.ts';

const waitSeconds = 20;
const next = 'name: next\nimages: { tools: { host: [echo] } }\nsteps: [{ image: tools, run: [echo, hi] }]\n';

let bench: MayflyBench;

beforeEach(() => {
  bench = new MayflyBench();
  bench.write('next.yaml', next);
});

afterEach(() => bench.remove());

/** A run of forty that has come to a step which does not end by itself, and the processes that hold its sandbox. */
async function startForty(upper?: 'disk'): Promise<{ running: RunningMayfly; sandbox: SandboxProcesses }> {
  const limits = inject('hostFeatures').includes('cgroup-memory');
  const scenario = fortyContainers({ limits, ...(upper === undefined ? {} : { upper }) });
  bench.write('forty.yaml', `${scenario}  - { in: "plain1", run: sleep 1000 }\n`);
  const running = bench.start(['test', 'forty.yaml']);
  await running.sees(/✓ begin/);
  const sandbox = findSandbox(running.pid);
  if (sandbox === undefined) throw new Error('the run has no sandbox');
  return { running, sandbox };
}

describeRequiring(['userns', 'overlay', 'net'], 'kill -9 of a part of a run', () => {
  test.each(['supervisor', 'init'] as const)(
    'the %s: the run ends as errored and says so, and nothing is left',
    async (part) => {
      const census = new Census(bench);
      const { running, sandbox } = await startForty();
      process.kill(sandbox[part], 'SIGKILL');
      const { status, out, err } = await running.ended;
      expect(status, out + err).toBe(4);
      expect(out).toContain('errored');
      expect(census.left(waitSeconds)).toBe(nothing);
    },
    60_000,
  );

  test('two runners at once: the death of one does not disturb the other', async () => {
    const census = new Census(bench);
    const { running } = await startForty();
    bench.write('other.yaml', fortyContainers({ limits: false }));
    const other = bench.start(['test', 'other.yaml']);
    await other.sees(/web1 started/);
    running.kill('SIGKILL');
    const [ended, passed] = await Promise.all([running.ended, other.ended]);
    expect(ended.signal).toBe('SIGKILL');
    expect(passed.status, passed.out + passed.err).toBe(0);
    expect(passed.out).toContain('nothing left behind');
    expect(census.left(waitSeconds)).toBe(nothing);
  }, 60_000);
});

describeAsRoot(
  ['userns', 'overlay', 'net', 'cgroup-memory', 'cgroup-pids'],
  'kill -9 of runner and supervisor together',
  () => {
    test.each([undefined, 'disk'] as const)(
      'what the kernel does not take (cgroups, writable layers with `upper: %s`) the next run sweeps',
      async (upper) => {
        const census = new Census(bench);
        const { running, sandbox } = await startForty(upper);
        process.kill(sandbox.supervisor, 'SIGSTOP'); // it must not see the runner's end
        running.kill('SIGKILL');
        process.kill(sandbox.supervisor, 'SIGKILL');
        await running.ended;
        await expect.poll(() => existsSync(`/proc/${sandbox.init}`), { timeout: 20_000 }).toBe(false);
        expect(readdirSync(join(bench.folder, 'state/journal'))).toHaveLength(1);
        const swept = await bench.run(['test', 'next.yaml']);
        expect(swept.status, swept.out + swept.err).toBe(0);
        expect(census.left(waitSeconds)).toBe(nothing);
      },
      60_000,
    );
  },
);
