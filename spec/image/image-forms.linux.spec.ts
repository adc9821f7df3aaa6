import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImageSource } from '../../src/core/image.ts';
import { ImageBench } from './image-bench.ts';
import { archiveOf, configJson, dockerSaveParts, ociFiles, sha256, twoLayers } from './image-fixtures.ts';
import { buildTar } from './tar-builder.ts';

let bench: ImageBench;
beforeEach(() => {
  bench = new ImageBench();
});
afterEach(() => bench[Symbol.dispose]());

const [base = Buffer.alloc(0)] = twoLayers();
const save = (): Buffer => buildTar(dockerSaveParts(twoLayers()));
const plain = { pack: (layer: Buffer) => layer };

describe('R9 the forms an image comes in', () => {
  test.each<{ readonly name: string; readonly make: () => ImageSource }>([
    { name: 'docker save', make: () => bench.saved() },
    { name: 'docker save, gzip', make: () => bench.archive(gzipSync(save())) },
    { name: 'an OCI archive with gzip layers', make: () => bench.archive(archiveOf(ociFiles(twoLayers()))) },
    {
      name: 'an OCI archive, gzip itself',
      make: () => bench.archive(gzipSync(archiveOf(ociFiles(twoLayers())))),
    },
    { name: 'an OCI layout', make: () => bench.layout(ociFiles(twoLayers())) },
    { name: 'an OCI layout with plain layers', make: () => bench.layout(ociFiles(twoLayers(), plain)) },
    { name: 'an index in an index', make: () => bench.layout(ociFiles(twoLayers(), { nested: true })) },
  ])('$name', async ({ make }) => {
    const image = await bench.prepare(make());
    expect(bench.unpacked()).toEqual(['bin/app=app', 'etc/old=old', 'etc/old=whiteout', 'etc/new=new']);
    const layers = twoLayers();
    expect(image.layers.map(({ diffId }) => diffId)).toEqual(
      layers.map((layer) => `sha256:${sha256(layer)}`),
    );
    expect(image).toMatchObject({
      id: `sha256:${sha256(JSON.stringify(configJson(layers)))}`,
      platform: 'linux/amd64',
      createdAt: '2024-05-06T07:08:09Z',
      sizeBytes: 9,
      config: { command: ['/bin/app'], environment: ['A=1'] },
    });
    for (const { directory } of image.layers) expect(directory).toMatch(/^[0-9a-f]{24}$/);
  });

  test('rootfs: a tar', async () => {
    const image = await bench.prepare({ kind: 'rootfs', path: bench.write('root.tgz', gzipSync(base)) });
    expect(image.layers[0]?.diffId).toBe(`sha256:${sha256(base)}`);
    expect(bench.unpacked()).toEqual(['bin/app=app', 'etc/old=old']);
  });

  test('rootfs: a directory with links and hard links; a changed file is a new image', async () => {
    const path = join(bench.folder, 'root');
    mkdirSync(join(path, 'etc'), { recursive: true });
    writeFileSync(join(path, 'etc/a'), 'one');
    symlinkSync('/outside', join(path, 'l'));
    execFileSync('ln', [join(path, 'etc/a'), join(path, 'etc/b')]);
    const first = await bench.prepare({ kind: 'rootfs', path });
    expect(bench.unpacked()).toEqual(['etc/a=one', 'etc/b=one', 'l=symlink']);
    expect((await bench.prepare({ kind: 'rootfs', path })).id).toBe(first.id);
    expect(bench.opened).toBe(1);
    writeFileSync(join(path, 'etc/a'), 'two');
    expect((await bench.prepare({ kind: 'rootfs', path })).id).not.toBe(first.id);
  });

  test('a layer that docker save wrote once and linked to', async () => {
    const target = `../${'0'.repeat(64)}/layer.tar`;
    const parts = dockerSaveParts([base, base]).map((part, at) =>
      at === 1 ? { name: part.name, type: '2', link: target } : part,
    );
    expect((await bench.prepare(bench.archive(buildTar(parts)))).layers).toHaveLength(2);
    expect(bench.writer.trees).toHaveLength(1);
  });
});

describe('which image is meant', () => {
  test('by reference, as Docker shortens it, or by digest', async () => {
    const other = ociFiles([base], { refName: 'docker.io/library/other:2' });
    const otherEntry = JSON.parse(other.get('index.json')?.toString() ?? '').manifests[0];
    const app = ociFiles(twoLayers(), { refName: 'docker.io/library/app:latest', extra: [otherEntry] });
    const source = bench.layout(new Map([...other, ...app]));
    const count = async (reference: string): Promise<number> =>
      (await bench.prepare({ ...source, reference })).layers.length;
    expect(await count('app')).toBe(2);
    expect(await count('docker.io/library/app:latest')).toBe(2);
    expect(await count('other:2')).toBe(1);
    expect(await count(otherEntry.digest)).toBe(1);
    await expect(bench.prepare(source)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      hint: expect.stringContaining('other:2'),
    });
    await expect(count('nobody')).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      hint: expect.stringContaining('app:latest'),
    });
  });

  test.each([
    { name: 'by its index', options: { platform: { os: 'linux', architecture: 'riscv64' } } },
    { name: 'by its configuration', options: { config: configJson(twoLayers(), { architecture: 's390x' }) } },
    { name: 'for Windows', options: { config: configJson(twoLayers(), { os: 'windows' }) } },
  ])('an image for another machine, $name, is IMAGE_PLATFORM', async ({ options }) => {
    const source = bench.layout(ociFiles(twoLayers(), options));
    await expect(bench.prepare(source)).rejects.toMatchObject({ code: 'IMAGE_PLATFORM' });
  });
});
