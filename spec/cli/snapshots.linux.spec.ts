import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { describeRequiring } from '../requires.ts';
import { MayflyBench } from './mayfly-process.ts';

const bench = new MayflyBench();
afterAll(() => bench.remove());

const header = '# Snapshots of Mayfly; `mayfly test --update` rewrites them.\n';
const kept = join(bench.folder, '__snapshots__/shop.snap.yaml');
const read = (): string => readFileSync(kept, 'utf8');

function writeShop(greeting: string, more = ''): void {
  bench.write(
    'shop.yaml',
    `name: shop
images: { tools: { host: [sh, echo, sleep, date, cat] } }
services: { box: { image: tools, command: [sleep, infinity], network_mode: none } }
steps:
  - name: greeting
    in: box
    run: echo ${greeting}; date +%H:%M:%S
    expect: { stdout: { snapshot: { name: greeting, redact: [time] } } }
${more}
`,
  );
}

const second = `  - name: second
    in: box
    run: echo two > /file
  - in: box
    files: [{ path: /file, content: { snapshot: file } }]
`;

describeRequiring(['userns', 'overlay', 'net'], 'R22 snapshots of real runs', () => {
  beforeEach(() => {
    rmSync(kept, { force: true });
    writeShop('hello');
  });

  test('R22 in CI one that is missing fails, and is not written; elsewhere it is written, and then holds in CI', async () => {
    const missing = await bench.run(['test', 'shop.yaml'], { CI: 'true' });
    expect([missing.status, existsSync(kept)]).toEqual([1, false]);
    expect(missing.out).toContain('stdout has no snapshot `greeting` yet: run `mayfly test --update`');
    const first = await bench.run(['test', 'shop.yaml']);
    expect([first.status, read()]).toEqual([0, `${header}shop:\n  greeting: |\n    hello\n    <time>\n`]);
    expect(first.out).toContain('1 snapshot added');
    const again = await bench.run(['test', 'shop.yaml'], { CI: '1' });
    expect([again.status, again.out]).toEqual([0, expect.not.stringContaining('added')]);
  });

  test('R22 what differs fails with a diff, and --update takes it; what nothing asks for is told, then removed', async () => {
    writeShop('hello', second);
    await bench.run(['test', 'shop.yaml', '--update']);
    const both = `${header}shop:\n  file: |\n    two\n  greeting: |\n    hello\n    <time>\n`;
    expect(read()).toBe(both);

    writeShop('goodbye', second);
    const differs = await bench.run(['test', 'shop.yaml']);
    expect([differs.status, read()]).toEqual([1, both]);
    for (const line of ['-hello', '+goodbye', 'differs from the snapshot `greeting`'])
      expect(differs.out).toContain(line);

    writeShop('hello');
    const obsolete = await bench.run(['test', 'shop.yaml']);
    expect([obsolete.status, read()]).toEqual([0, both]);
    expect(obsolete.out + obsolete.err).toContain('SNAPSHOT_OBSOLETE');
    expect(obsolete.out + obsolete.err).toContain('keeps `shop: file`, and nothing asks for it');

    writeShop('goodbye');
    const updated = await bench.run(['test', 'shop.yaml', '--update'], { CI: 'true' });
    expect([updated.status, read()]).toEqual([0, `${header}shop:\n  greeting: |\n    goodbye\n    <time>\n`]);
    expect(updated.out).toContain('1 snapshot updated, 1 snapshot removed');
  });

  test('R22 --update with --grep removes nothing of the scenarios that did not run', async () => {
    writeShop(
      'hello',
      `---\nname: other\nimages: { tools: { host: [sh, echo] } }\nsteps:\n  - { image: tools, run: echo x, expect: { stdout: { snapshot: x } } }\n`,
    );
    await bench.run(['test', 'shop.yaml', '--update']);
    expect(read()).toContain('other#2:\n  x: |\n    x\n');
    const one = await bench.run(['test', 'shop.yaml', '--update', '--grep', 'shop$']);
    expect([one.status, read()]).toEqual([0, expect.stringContaining('other#2:\n')]);
  });

  test('R22 a step that failed keeps what it asked for', async () => {
    await bench.run(['test', 'shop.yaml', '--update']);
    const before = read();
    bench.write(
      'shop.yaml',
      readFileSync(join(bench.folder, 'shop.yaml'), 'utf8').replace(
        '  - name: greeting',
        '  - { in: box, run: "false" }\n  - name: greeting',
      ),
    );
    const failed = await bench.run(['test', 'shop.yaml', '--update']);
    expect([failed.status, read()]).toEqual([1, before]);
  });
});
