import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configJson, dockerSaveParts } from '../image/image-fixtures.ts';
import { buildTar } from '../image/tar-builder.ts';
import { describeAsRoot, describeRequiring } from '../requires.ts';
import { MayflyBench, program } from './mayfly-process.ts';

let bench: MayflyBench;
beforeEach(() => {
  bench = new MayflyBench();
});
afterEach(() => bench.remove());

function writeArchive(name: string, content: Uint8Array | string): void {
  const layers = [buildTar([{ name: 'f', content }])];
  const parts = dockerSaveParts(layers, { config: configJson(layers), tags: [`${name}:1`] });
  writeFileSync(join(bench.folder, `${name}.tar`), buildTar(parts));
}

describeAsRoot(['userns'], 'a disk that is full', () => {
  test('ends in an error that says so, and the store is sound and works once there is room', () => {
    writeArchive('small', 'x');
    writeArchive('large', randomBytes(3_000_000));
    mkdirSync(join(bench.folder, 'store'));
    const lines = [
      'mount -t tmpfs -o size=2m,mode=700 tmpfs store',
      'm() { node "$MAYFLY" "$@"; }',
      'm load -q -i small.tar',
      'm load -q -i large.tar; echo "status $?"',
      'm store verify; echo "status $?"',
      'm images --format "{{.Repository}}"',
      'mount -o remount,size=64m store',
      'm load -q -i large.tar; m store verify',
      'ls -a store/blobs/sha256 store/layers | grep -c "^tmp-" || true',
    ];
    const out = execFileSync('unshare', ['-m', 'sh', '-c', lines.join('\n')], {
      cwd: bench.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', openError()],
      env: { ...process.env, ...bench.places, MAYFLY: program, HOME: bench.folder },
    });
    expect(out.trim().split('\n')).toEqual([
      'Loaded image: small:1',
      'status 4',
      'the store is sound: 1 images',
      'status 0',
      'small',
      'Loaded image: large:1',
      'the store is sound: 2 images',
      '0',
    ]);
    const said = readFileSync(join(bench.folder, 'stderr'), 'utf8');
    expect(said).toMatch(/error\[STORE_FAILED\][^\n]*(ENOSPC|no space left)/i);
    expect(said).toContain('check the disk space');
  });

  function openError(): number {
    return openSync(join(bench.folder, 'stderr'), 'w');
  }
});

describeRequiring(['userns'], 'a lock of images', () => {
  const scenario = `name: locked
images: { app: { archive: ./app.tar } }
services: { s: { image: app, command: [/f] } }
steps: [{ in: s, run: [/f] }]
`;

  test('refuses what is not in it, and what is another now', async () => {
    writeArchive('app', 'one');
    bench.write('locked.yaml', scenario);
    const early = await bench.run(['test', '--locked', 'locked.yaml']);
    expect([early.status, early.err]).toEqual([2, expect.stringContaining('image app is not in')]);
    expect((await bench.run(['lock', 'locked.yaml'])).out).toBe('mayfly.lock: 1 images\n');
    writeArchive('app', 'two');
    utimesSync(join(bench.folder, 'app.tar'), 1, 1);
    const other = await bench.run(['test', '--locked', 'locked.yaml']);
    expect([other.status, other.out + other.err]).toEqual([2, expect.stringContaining('IMAGE_NOT_LOCKED')]);
    const free = await bench.run(['test', 'locked.yaml']);
    expect(free.out + free.err).not.toContain('IMAGE_NOT_LOCKED');
  });
});
