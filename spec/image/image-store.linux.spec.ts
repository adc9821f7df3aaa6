import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listImages } from '../../src/image/store/image-record.ts';
import { makeTemporaryDirectory, readOwnIdentity } from '../../src/image/store/temporary.ts';
import { ImageBench } from './image-bench.ts';
import { dockerSaveParts } from './image-fixtures.ts';
import { buildTar } from './tar-builder.ts';
import { singleId } from './unpack-in-memory.ts';

let bench: ImageBench;
beforeEach(() => {
  bench = new ImageBench();
});
afterEach(() => bench[Symbol.dispose]());

test('what is ready is not read again, not even by another process', async () => {
  const source = bench.saved();
  const first = await bench.prepare(source);
  expect(await bench.prepare(source)).toEqual(first);
  // One writer for each of the two layers.
  expect([bench.opened, bench.writer.trees.length]).toEqual([2, 2]);
});

test('a changed archive is read again; the layers that stayed are not', async () => {
  const source = bench.saved();
  await bench.prepare(source);
  utimesSync(source.path, 1, 1);
  await bench.prepare(source);
  expect(bench.writer.trees).toHaveLength(2);
});

test('requests at the same time unpack once', async () => {
  const source = bench.saved();
  const provider = bench.provider();
  const images = await Promise.all(Array.from({ length: 5 }, () => bench.prepare(source, { provider })));
  expect(new Set(images.map(({ id }) => id)).size).toBe(1);
  expect(bench.writer.sessions.size).toBe(2);
});

test('two providers at the same time, as two processes, end with the same layers', async () => {
  const source = bench.saved();
  const [one, other] = await Promise.all([bench.prepare(source), bench.prepare(source)]);
  expect(other).toEqual(one);
  expect(readdirSync(bench.paths.layers).sort()).toEqual(
    one?.layers.map(({ directory }) => directory).sort(),
  );
});

test('a layer that is gone is unpacked again', async () => {
  const source = bench.saved();
  const { layers } = await bench.prepare(source);
  await bench.writer.remove(`${bench.paths.layers}/${layers[1]?.directory}`);
  await bench.prepare(source);
  expect(bench.writer.trees).toHaveLength(3);
});

test('the store is for its owner alone', async () => {
  mkdirSync(bench.store, { mode: 0o755 });
  await bench.prepare(bench.saved());
  expect(statSync(bench.store).mode & 0o777).toBe(0o700);
});

test('a store of somebody else is refused', async () => {
  const provider = bench.provider({ user: { uid: 12_345, gid: 12_345 } });
  await expect(bench.prepare(bench.saved(), { provider })).rejects.toMatchObject({ code: 'STORE_FAILED' });
});

test('each id map has layers of its own', async () => {
  const source = bench.saved();
  const real = await bench.prepare(source);
  const single = await bench.prepare(source, { provider: bench.provider({ ids: singleId }) });
  expect(single.layers[0]?.directory).toBe(`${real.layers[0]?.directory}-s`);
});

test('overrides change configuration and id, not the layers', async () => {
  const source = bench.saved();
  const plain = await bench.prepare(source);
  const changed = await bench.prepare(source, { overrides: { user: 'nobody' } });
  expect(changed.config).toEqual({ ...plain.config, user: 'nobody' });
  expect(changed.id).not.toBe(plain.id);
  expect(changed.layers).toEqual(plain.layers);
});

test('images are listed with their references', async () => {
  await bench.prepare(bench.saved());
  expect(await listImages(bench.paths)).toMatchObject([
    { name: 'app', references: ['example/app:1'], sizeBytes: 9, createdAt: '2024-05-06T07:08:09Z' },
  ]);
});

test('what dead processes left is swept, what living ones work on is not', async () => {
  const source = bench.saved();
  await bench.prepare(source);
  const self = readOwnIdentity();
  const { layers, scratch } = bench.paths;
  const stale = [
    await makeTemporaryDirectory(layers, { ...self, pid: spawnSync('true').pid }),
    await makeTemporaryDirectory(scratch, { ...self, startTicks: '1' }),
  ];
  const fresh = [
    await makeTemporaryDirectory(layers, self),
    await makeTemporaryDirectory(scratch, { ...self, pidNamespace: '1' }),
  ];
  utimesSync(source.path, 1, 1);
  await bench.prepare(source);
  expect([...stale.map(existsSync), ...fresh.map(existsSync)]).toEqual([false, false, true, true]);
});

test('who leaves does not disturb who stays', async () => {
  const source = bench.saved();
  const provider = bench.provider();
  const leaving = new AbortController();
  const left = bench.prepare(source, { provider, signal: leaving.signal });
  const stayed = bench.prepare(source, { provider });
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect((await stayed).layers).toHaveLength(2);
});

test('when all have left, nothing is left behind', async () => {
  const alone = new AbortController();
  const source = bench.archive(buildTar(dockerSaveParts([buildTar([{ name: 'b', content: 'b' }])])));
  const progress = (): void => alone.abort(new Error('stop'));
  await expect(bench.prepare(source, { signal: alone.signal, progress })).rejects.toThrow('stop');
  expect(readdirSync(bench.paths.layers)).toEqual([]);
});

test('warnings are said every time', async () => {
  const path = bench.write('root.tar', buildTar([{ name: 'dev/null', type: '3' }]));
  for (const _ of [1, 2]) {
    const lines: string[] = [];
    await bench.prepare({ kind: 'rootfs', path }, { progress: (line) => lines.push(line) });
    expect(lines.at(-1)).toBe('warning: 1 device nodes were not made: "dev/null"');
  }
});
