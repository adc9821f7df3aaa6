import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loopDevicesOver } from '../engine/linux/sandbox/loop-devices.ts';
import { type Account, addAccount } from '../engine/linux/teardown/account.ts';
import { type Census, nothing } from '../engine/linux/teardown/census.ts';
import { Lane } from '../engine/linux/teardown/lane.ts';
import { describeAsRoot } from '../requires.ts';
import { MayflyBench } from './mayfly-process.ts';

const head = 'upper: disk\nimages: { tools: { host: [sh, sleep, echo, cat] } }';
const service = 'image: tools, command: [sleep, infinity], network_mode: none';

const isolation =
  '{ isolation: { only: [fs.mounts-exact, fs.no-host-paths, fs.mount-flags, fs.image-untouched] } }';

const scenarios = {
  hidden: `name: hidden
${head}
volumes: { data: {}, taken: {} }
services:
  one: { ${service}, volumes: ["data:/data", "taken:/etc"] }
  two: { ${service}, volumes: ["data:/data:ro"] }
setup:
  - { in: one, run: echo hello > /data/greeting }
  - ${isolation}
cases:
  - name: sealed in a fork
    steps:
      - ${isolation}
  - name: shared
    steps:
      - { in: two, run: read -r word < /data/greeting && echo $word, expect: { stdout: hello } }
`,
  sized: `name: sized
${head}
volumes: { small: { size: 8m } }
services: { one: { ${service}, storage_opt: { size: 8m }, volumes: ["small:/small"] } }
steps:
  - { in: one, run: echo fits > /small/note }
  - { isolation: { only: [limit.disk] } }
`,
  large: `name: large
${head}
services: { one: { ${service}, storage_opt: { size: ${Math.ceil(freemem() / 2 ** 20)}m } } }
steps: [{ isolation: { only: [limit.disk] } }]
`,
  full: `name: full
${head}
services: { one: { ${service} } }
steps:
  - fault: { disk_full: one }
    during: [{ in: one, run: cat /etc/hosts > /note, expect: { exit: 1, stderr: { contains: No space left on device } } }]
  - { in: one, run: cat /etc/hosts > /note }
`,
};

let lane: Lane;
let census: Census;

async function open(account?: Account): Promise<void> {
  lane = await Lane.open(account);
  for (const [name, text] of Object.entries(scenarios)) lane.write(`${name}.yaml`, text);
  census = await lane.takeCensus();
}

async function run(name: keyof typeof scenarios): Promise<{ status: number | null; out: string }> {
  const { status, out, err } = await (await lane.start('test', `${name}.yaml`)).ended;
  return { status, out: out + err };
}

describeAsRoot(['userns', 'overlay', 'disk-limit'], '`upper: disk` of root', () => {
  beforeEach(() => open());
  afterEach(() => lane.close());

  test.each([
    { name: 'hidden', what: 'containers see nothing of where their files are' },
    { name: 'sized', what: 'sizes are kept' },
    { name: 'large', what: 'a size beyond the free memory is tried' },
    { name: 'full', what: 'R25 a full disk is full as long as the fault lasts' },
  ] as const)('$what, and nothing is left', async ({ name }) => {
    const { status, out } = await run(name);
    expect(status, out).toBe(0);
    expect(await census.left(10)).toBe(nothing);
  });
});

describeAsRoot(['userns', 'overlay', 'subids'], '`upper: disk` of an ordinary user', () => {
  let account: Account;
  beforeEach(() => {
    account = addAccount(`mfdisk${process.pid}`);
    return open(account);
  });
  afterEach(async () => {
    await lane.close();
    account[Symbol.dispose]();
  });

  test('containers see nothing of where their files are, and nothing is left', async () => {
    const { status, out } = await run('hidden');
    expect(status, out).toBe(0);
    expect(await census.left(10)).toBe(nothing);
  });

  test('what has no limit is refused by name, before anything starts', async () => {
    const sized = await run('sized');
    expect(sized.status, sized.out).toBe(3);
    expect(sized.out).toContain(
      'error[HOST_LIMIT_UNAVAILABLE]: `storage_opt.size` of one, `size` of volume small',
    );
    expect(sized.out).toContain('needs disk-limit');
    expect(sized.out).not.toContain('started (');
    const full = await run('full');
    expect(full.status, full.out).toBe(3);
    expect(full.out).toContain('error[FAULT_UNSUPPORTED]: the fault `disk_full` needs disk-limit');
    expect(full.out).not.toContain('started (');
  });

  test('doctor says so', async () => {
    const { out } = await (await lane.start('doctor')).ended;
    expect(out).toMatch(/disk-limit +only root can mount a file system of its own/);
  });
});

describeAsRoot(['userns', 'overlay', 'disk-limit'], '`upper: disk` on a disk that is full', () => {
  test('says what cannot be made, and what to look at; nothing is left', async () => {
    const bench = new MayflyBench();
    const state = join(bench.folder, 'small');
    mkdirSync(state);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'small', state]);
    try {
      bench.write('full.yaml', scenarios.full);
      const { status, out } = await bench.run(['test', 'full.yaml'], { MAYFLY_STATE: state });
      expect([status, out]).toEqual([3, expect.stringContaining('nothing left behind')]);
      expect(out).toMatch(/error\[HOST_LIMIT_UNAVAILABLE\]: `one` could not be started: .* ENOSPC/);
      expect(out).toContain('= check the room on the disk and the loop devices');
      await expect.poll(() => loopDevicesOver(state)).toEqual([]);
    } finally {
      execFileSync('umount', [state]);
      bench.remove();
    }
  });
});
