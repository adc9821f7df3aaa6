import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MayflyBench } from '../cli/mayfly-process.ts';
import { describeWithMirror } from './debian-mirror.ts';

const bench = new MayflyBench();
afterAll(() => bench.remove());

const places = { TMPDIR: bench.folder };
const text = `timeout: 3m
images:
  app: { debian: { suite: bookworm, variant: extract, packages: [hello, libc6] } }
steps:
  - { image: app, run: [hello] }
`;

describeWithMirror('bookworm', 'R9 versions of Debian packages', () => {
  test('are kept in mayfly.lock on request, and then they are the ones', { timeout: 400_000 }, async () => {
    bench.write('shop/hello.yaml', text);
    const run = (...flags: readonly string[]) => bench.run(['test', 'shop/hello.yaml', ...flags], places);
    const lock = (): string => readFileSync(join(bench.folder, 'shop/mayfly.lock'), 'utf8');

    const first = await run();
    expect([first.status, first.err]).toEqual([0, expect.stringContaining('passed')]);
    expect(lock).toThrow('ENOENT');

    expect(await run('--lock')).toMatchObject({ status: 0 });
    expect(lock()).toMatch(/"hello=\d/);
    const kept = lock();
    expect((await run()).status).toBe(0);
    expect(lock()).toBe(kept);

    // As when the archive has moved on.
    bench.write('shop/mayfly.lock', kept.replace(/"hello=[^"]+"/, '"hello=0.1-1"'));
    const late = await run();
    expect(late.status).toBe(2);
    expect(late.out).toMatch(
      /error\[IMAGE_NOT_FOUND\]: image app: mayfly\.lock has hello=0\.1-1, for which bookworm has hello=\d/,
    );
    expect(late.out).toContain('= lock what there is with `mayfly test --lock`');

    expect((await run('--lock')).status).toBe(0);
    expect(lock()).toBe(kept);
  });
});
