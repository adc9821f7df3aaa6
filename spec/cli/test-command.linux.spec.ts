import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeRequiring } from '../requires.ts';
import { MayflyBench, packageRoot } from './mayfly-process.ts';

const bench = new MayflyBench();
afterAll(() => bench.remove());

const tools = 'images: { tools: { host: [sh, echo, sleep, cat] } }';

function scenario(name: string, steps: string, more = ''): string {
  return `name: ${name}\n${tools}\n${more}\nsteps:\n${steps}\n`;
}

const passes = '  - { name: fine, image: tools, run: echo fine }';
const fails = '  - { name: wrong, image: tools, run: echo fine, expect: { stdout: wrong } }';

describeRequiring(['userns', 'overlay', 'net'], 'mayfly test', () => {
  test('R30 a scenario that passes: exit 0, the table on standard output, progress on standard error', async () => {
    const { status, out, err } = await bench.run(['test', join(packageRoot, 'scenarios/hello-world.yaml')]);
    expect([status, out, err]).toEqual([
      0,
      expect.stringMatching(/✓ passed +hello-world +1 +0 .* nothing\n/),
      expect.stringContaining('the greeting'),
    ]);
    expect(out).toMatch(/1 scenario: 1 passed · 1 step · .* · nothing left behind\n$/);
  });

  test('R30 one that fails: exit 1, expected and actual, its place, the logs', async () => {
    const { status, out } = await bench.run([
      'test',
      join(packageRoot, 'scenarios/failure.yaml'),
      '--tag',
      'manual',
    ]);
    expect(status).toBe(1);
    for (const part of [
      '✗ failed  failure',
      'error[EXPECTATION_FAILED]: stdout differs',
      'failure.yaml:37:',
      '-pretzels',
      '+rolls',
      'baker log',
      '│ no flour left',
      'nothing left behind',
    ]) {
      expect(out).toContain(part);
    }
  });

  test('a manual one runs only when its tag is asked for', async () => {
    const { status, err } = await bench.run(['test', join(packageRoot, 'scenarios/failure.yaml')]);
    expect([status, err]).toEqual([2, expect.stringContaining('add --tag manual')]);
  });

  test('R2 R30 an invalid file: exit 2 before anything starts', async () => {
    bench.write('good.yaml', scenario('good', passes));
    bench.write('bad.yaml', scenario('bad', passes).replace('steps', 'stesp'));
    const { status, out, err } = await bench.run(['test', 'good.yaml', 'bad.yaml']);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain('error[SCENARIO_UNKNOWN_KEY]');
    expect(err).toContain('bad.yaml:4:1');
    expect(err).not.toContain('good');
  });

  test('R30 an engine error: exit 4; an error of the input found late: exit 2', async () => {
    bench.write(
      'late.yaml',
      scenario('late', '  - { image: none, run: [no-such-program-anywhere] }').replace(
        'tools:',
        'none: { host: [no-such-program-anywhere] }, tools:',
      ),
    );
    bench.write('absent.yaml', scenario('absent', '  - { image: tools, run: [/no/such/program] }'));
    expect((await bench.run(['test', 'absent.yaml'])).out).toContain('error[PROGRAM_NOT_FOUND]');
    expect((await bench.run(['test', 'absent.yaml'])).status).toBe(4);
    expect((await bench.run(['test', 'late.yaml'])).status).toBe(2);
    expect((await bench.run(['test', 'absent.yaml', 'late.yaml'])).status).toBe(4);
  });

  test('every report at once, each a whole one', async () => {
    bench.write('reports.yaml', scenario('reports', `${passes}\n${fails}`));
    const files = ['json=r/a.json', 'ndjson=r/a.ndjson', 'junit=r/a.xml', 'table=r/a.txt'].flatMap(
      (report) => ['--report', report],
    );
    const { status, out } = await bench.run(['test', 'reports.yaml', ...files]);
    const read = (name: string): string => readFileSync(join(bench.folder, 'r', name), 'utf8');
    expect(status).toBe(1);
    expect(out).toContain('✗ failed  reports');
    expect(JSON.parse(read('a.json'))).toMatchObject({
      format: 'mayfly-report',
      exitStatus: 1,
      scenarios: [{ name: 'reports', outcome: 'failed' }],
    });
    const events = read('a.ndjson')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([events[0].kind, events.at(-1)]).toEqual([
      'runStarted',
      expect.objectContaining({ kind: 'runFinished', exitStatus: 1 }),
    ]);
    expect(read('a.xml')).toMatch(/^<\?xml [\s\S]*<failure[\s\S]*<\/testsuites>\s*$/);
    expect(read('a.txt')).toContain('✗ failed  reports');
  });

  test('a report on standard output is alone there', async () => {
    bench.write('one.yaml', scenario('one', passes));
    const json = await bench.run(['test', 'one.yaml', '--report', 'json']);
    expect(JSON.parse(json.out)).toMatchObject({ exitStatus: 0 });
    const ndjson = await bench.run(['test', 'one.yaml', '--report', 'ndjson']);
    expect(
      ndjson.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).kind)
        .at(-1),
    ).toBe('runFinished');
  });

  test('a report that cannot be written is told before anything runs', async () => {
    bench.write('one.yaml', scenario('one', passes));
    const { status, err } = await bench.run(['test', 'one.yaml', '--report', 'json=/proc/x/y.json']);
    expect([status, err]).toEqual([
      2,
      expect.stringContaining('cannot write the report json to /proc/x/y.json'),
    ]);
    expect(err).not.toContain('one  started');
  });

  test('R19 --output keeps logs and what `save` saves', async () => {
    const service =
      'services: { talker: { image: tools, network_mode: none, command: [sh, -c, "echo said; sleep infinity"], ready: { log: said } } }';
    bench.write(
      'kept.yaml',
      scenario('kept', '  - { in: talker, run: echo dumped, save: deep/dump.txt }', service),
    );
    expect((await bench.run(['test', 'kept.yaml', '--output', 'out'])).status).toBe(0);
    expect(readFileSync(join(bench.folder, 'out/kept.yaml/talker.log'), 'utf8')).toBe('said\n');
    expect(readFileSync(join(bench.folder, 'out/kept.yaml/deep/dump.txt'), 'utf8')).toBe('dumped\n');
  });

  test('--fail-fast begins no further scenario', async () => {
    bench.write('f/a.yaml', scenario('a', fails));
    bench.write('f/b.yaml', scenario('b', passes));
    const fast = await bench.run(['test', 'f', '--jobs', '1', '--fail-fast']);
    expect([fast.status, fast.out]).toEqual([1, expect.stringMatching(/○ skipped +b/)]);
    const slow = await bench.run(['test', 'f', '--jobs', '1']);
    expect(slow.out).toMatch(/✓ passed +b/);
  });

  test('R30 --fail-on-skipped', async () => {
    bench.write('s/a.yaml', scenario('a', passes));
    bench.write('s/b.yaml', scenario('b', passes, 'requires: [egress]'));
    // Where pasta is not found, no network has a way out.
    for (const name of ['node', 'sh', 'echo', 'sleep', 'cat'])
      bench.link(`bin/${name}`, execFileSync('which', [name], { encoding: 'utf8' }).trim());
    const environment = { PATH: join(bench.folder, 'bin') };
    expect((await bench.run(['test', 's'], environment)).status).toBe(0);
    const { status, out } = await bench.run(['test', 's', '--fail-on-skipped'], environment);
    expect([status, out]).toEqual([1, expect.stringMatching(/○ skipped +b/)]);
  });

  test('R20 R30 --fail-on-flaky', async () => {
    // The first attempt finds the folder empty, and leaves in it what lets the second pass.
    const service =
      'retries: 1\nservices: { it: { image: tools, network_mode: none, command: [sleep, infinity], volumes: ["./notes:/notes:rw"] } }';
    const step = '  - { in: it, run: "cat /notes/seen || { echo x > /notes/seen; exit 1; }" }';
    for (const [folder, flags, wanted] of [
      ['k1', [], 0],
      ['k2', ['--fail-on-flaky'], 1],
    ] as const) {
      bench.write(`${folder}/flaky.yaml`, scenario('flaky', step, service));
      bench.write(`${folder}/notes/none`, '');
      const { status, out } = await bench.run(['test', folder, ...flags]);
      expect([status, out]).toEqual([wanted, expect.stringMatching(/flaky +flaky/)]);
    }
  });

  test('R32 defaults come from mayfly.config.yaml', async () => {
    bench.write('c/mayfly.config.yaml', 'timeout: 300ms\nreports: [json=from-config.json]\n');
    bench.write('c/slow.yaml', scenario('slow', '  - { image: tools, run: sleep 100 }'));
    const inFolder = await bench.run(['test', 'slow.yaml'], {}, 'c');
    expect([inFolder.status, inFolder.out]).toEqual([1, expect.stringContaining('time-out of 300 ms')]);
    expect(existsSync(join(bench.folder, 'c/from-config.json'))).toBe(true);
    const longer = await bench.run(['test', 'slow.yaml', '--timeout', '400ms', '--report', 'table'], {}, 'c');
    expect(longer.out).toContain('time-out of 400 ms');
  });

  test('the same seed gives the same run', async () => {
    bench.write(
      'seeded.yaml',
      scenario('seeded', '  - { image: tools, run: [echo, "${{ run.seed }}"], expect: { stdout: "42" } }'),
    );
    expect((await bench.run(['test', 'seeded.yaml', '--seed', '42'])).status).toBe(0);
    expect((await bench.run(['test', 'seeded.yaml', '--seed', '43'])).status).toBe(1);
  });

  test('R8 a secret is in no report and no output', async () => {
    const secrets = 'secrets: { TOKEN: { environment: TOKEN } }';
    bench.write(
      'secret.yaml',
      scenario(
        'secret',
        '  - { name: "${{ secrets.TOKEN }}", image: tools, run: [echo, "${{ secrets.TOKEN }}"], expect: { stdout: x } }',
        secrets,
      ),
    );
    const { status, out, err } = await bench.run(['test', 'secret.yaml', '--report', 'ndjson=s.ndjson'], {
      TOKEN: 'correct-horse-battery',
    });
    expect(status).toBe(1);
    expect(out + err + readFileSync(join(bench.folder, 's.ndjson'), 'utf8')).not.toContain(
      'correct-horse-battery',
    );
  });
});
