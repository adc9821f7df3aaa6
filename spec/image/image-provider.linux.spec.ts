import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Image, ImageConfig, ImageProvider, ImageSource } from '../../src/core/image.ts';
import { createImageProvider, type ImageProviderOptions } from '../../src/image/image-provider.ts';
import { listImages } from '../../src/image/store/image-record.ts';
import { storePaths } from '../../src/image/store/store-paths.ts';
import {
  archiveOf,
  configJson,
  dockerSaveParts,
  ociFiles,
  sha256,
  twoLayers,
  writeLayout,
} from './image-fixtures.ts';
import { MemoryLayerWriter } from './memory-layer-writer.ts';
import { buildTar } from './tar-builder.ts';
import { fullIds, singleId } from './unpack-in-memory.ts';

let folder: string;
let writer: MemoryLayerWriter;
let opened: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mayfly-images-'));
  writer = new MemoryLayerWriter();
  opened = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const store = (): string => join(folder, 'store');

function provider(changes: Partial<ImageProviderOptions> = {}): ImageProvider {
  return createImageProvider({
    storeDirectory: store(),
    ids: fullIds,
    openLayerWriter: async () => {
      opened += 1;
      return writer;
    },
    platform: { os: 'linux', architecture: 'amd64' },
    user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    nowMs: () => 1_700_000_000_000,
    searchPath: ['/usr/bin', '/bin'],
    ...changes,
  });
}

function prepare(
  source: ImageSource,
  options: {
    provider?: ImageProvider;
    overrides?: Partial<ImageConfig>;
    progress?: (line: string) => void;
    signal?: AbortSignal;
  } = {},
): Promise<Image> {
  const request = { name: 'app', source, configOverrides: options.overrides ?? {} };
  return (options.provider ?? provider()).prepare(
    request,
    options.progress ?? (() => undefined),
    options.signal ?? new AbortController().signal,
  );
}

function writeFile(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const saved = (): string => writeFile('saved.tar', buildTar(dockerSaveParts(twoLayers())));
const files = (): readonly string[] =>
  writer.trees.flatMap((tree) =>
    [...tree]
      .filter(([, node]) => node.kind !== 'directory')
      .map(([path, node]) => `${path}=${node.content ?? node.kind}`),
  );

describe('the forms an image comes in', () => {
  interface Form {
    readonly name: string;
    readonly make: () => ImageSource;
  }
  const forms: readonly Form[] = [
    { name: 'docker save', make: () => ({ kind: 'archive', path: saved() }) },
    {
      name: 'docker save, gzip',
      make: () => ({
        kind: 'archive',
        path: writeFile('a.tgz', gzipSync(buildTar(dockerSaveParts(twoLayers())))),
      }),
    },
    {
      name: 'an OCI archive with gzip layers',
      make: () => ({ kind: 'archive', path: writeFile('a.tar', archiveOf(ociFiles(twoLayers()))) }),
    },
    {
      name: 'an OCI archive, gzip itself',
      make: () => ({ kind: 'archive', path: writeFile('a.tgz', gzipSync(archiveOf(ociFiles(twoLayers())))) }),
    },
    { name: 'an OCI layout', make: () => layout(ociFiles(twoLayers())) },
    {
      name: 'an OCI layout with plain layers',
      make: () => layout(ociFiles(twoLayers(), { pack: (layer) => layer })),
    },
    {
      name: 'an OCI layout with an index in its index',
      make: () => layout(ociFiles(twoLayers(), { nested: true })),
    },
  ];
  test.each(forms)('$name', async ({ make }) => {
    const image = await prepare(make());
    expect(files()).toEqual(['bin/app=app', 'etc/old=old', 'etc/old=whiteout', 'etc/new=new']);
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
    const [tar = Buffer.alloc(0)] = twoLayers();
    const image = await prepare({ kind: 'rootfs', path: writeFile('root.tgz', gzipSync(tar)) });
    expect(image.layers[0]?.diffId).toBe(`sha256:${sha256(tar)}`);
    expect(files()).toEqual(['bin/app=app', 'etc/old=old']);
  });

  test('rootfs: a directory, with links and hard links; a changed file is a new image', async () => {
    const root = join(folder, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/a'), 'one');
    symlinkSync('/outside', join(root, 'l'));
    execFileSync('ln', [join(root, 'etc/a'), join(root, 'etc/b')]);
    const first = await prepare({ kind: 'rootfs', path: root });
    expect(files()).toEqual(['etc/a=one', 'etc/b=one', 'l=symlink']);
    expect((await prepare({ kind: 'rootfs', path: root })).id).toBe(first.id);
    expect(opened).toBe(1);
    writeFileSync(join(root, 'etc/a'), 'two');
    expect((await prepare({ kind: 'rootfs', path: root })).id).not.toBe(first.id);
  });

  test('a layer that docker save wrote once and linked to', async () => {
    const [layer = Buffer.alloc(0)] = twoLayers();
    const parts = dockerSaveParts([layer, layer]).map((part, at) =>
      at === 1 ? { name: part.name, type: '2', link: `../${'0'.repeat(64)}/layer.tar` } : part,
    );
    const image = await prepare({ kind: 'archive', path: writeFile('a.tar', buildTar(parts)) });
    expect(image.layers).toHaveLength(2);
    expect(writer.trees).toHaveLength(1);
  });
});

const layout = (all: ReadonlyMap<string, Buffer>): ImageSource => {
  const path = join(folder, 'layout');
  writeLayout(path, all);
  return { kind: 'oci', path };
};

describe('which image is meant', () => {
  test('by reference, as Docker shortens it, or by digest', async () => {
    const layers = twoLayers();
    const other = ociFiles([layers[0] ?? Buffer.alloc(0)], { refName: 'docker.io/library/other:2' });
    const otherIndex = JSON.parse(other.get('index.json')?.toString() ?? '').manifests[0];
    const source = layout(
      new Map([
        ...other,
        ...ociFiles(layers, { refName: 'docker.io/library/app:latest', extra: [otherIndex] }),
      ]),
    );
    const count = async (reference: string): Promise<number> =>
      (await prepare({ ...source, reference } as ImageSource)).layers.length;
    expect([
      await count('app'),
      await count('docker.io/library/app:latest'),
      await count('other:2'),
      await count(otherIndex.digest),
    ]).toEqual([2, 2, 1, 1]);
    await expect(prepare(source)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      hint: expect.stringContaining('other:2'),
    });
    await expect(prepare({ ...source, reference: 'nobody' } as ImageSource)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      hint: expect.stringContaining('app:latest'),
    });
  });

  test.each([
    { name: 'by its index', options: { platform: { os: 'linux', architecture: 'riscv64' } } },
    { name: 'by its configuration', options: { config: configJson(twoLayers(), { architecture: 's390x' }) } },
    { name: 'for Windows', options: { config: configJson(twoLayers(), { os: 'windows' }) } },
  ])('an image for another machine, $name, is IMAGE_PLATFORM', async ({ options }) => {
    await expect(prepare(layout(ociFiles(twoLayers(), options)))).rejects.toMatchObject({
      code: 'IMAGE_PLATFORM',
    });
  });

  test.each(['registry', 'debian', 'build'] as const)('%s is not there yet, and says so', async (kind) => {
    const source = { kind, reference: 'x', options: {} } as ImageSource;
    await expect(prepare(source)).rejects.toMatchObject({ code: 'LANGUAGE_NOT_AVAILABLE_YET' });
  });
});

describe('what is damaged or hostile', () => {
  const damage = (change: (all: Map<string, Buffer>) => void) => (): ImageSource => {
    const all = ociFiles(twoLayers());
    change(all);
    return layout(all);
  };
  const config = `blobs/sha256/${sha256(JSON.stringify(configJson(twoLayers())))}`;
  const layerBlob = `blobs/sha256/${sha256(gzipSync(twoLayers()[0] ?? ''))}`;
  test.each([
    {
      name: 'a configuration with other content',
      make: damage((all) => all.set(config, Buffer.from('{}'))),
      code: 'IMAGE_DIGEST_MISMATCH',
    },
    {
      name: 'a layer with other content',
      make: damage((all) => all.set(layerBlob, gzipSync(buildTar([{ name: 'evil' }])))),
      code: 'IMAGE_DIGEST_MISMATCH',
    },
    { name: 'a missing layer', make: damage((all) => all.delete(layerBlob)), code: 'IMAGE_NOT_FOUND' },
    { name: 'no index', make: damage((all) => all.delete('index.json')), code: 'IMAGE_NOT_FOUND' },
    {
      name: 'an index that is no JSON',
      make: damage((all) => all.set('index.json', Buffer.from('{'))),
      code: 'IMAGE_INVALID',
    },
    {
      name: 'an index that is too large',
      make: damage((all) => all.set('index.json', Buffer.alloc(5_000_000, ' '))),
      code: 'IMAGE_LIMIT',
    },
    {
      name: 'a digest with a path in it',
      make: damage((all) =>
        all.set(
          'index.json',
          Buffer.from(
            JSON.stringify({
              manifests: [{ mediaType: 'x', digest: 'sha256:../../../etc/passwd', size: 1 }],
            }),
          ),
        ),
      ),
      code: 'IMAGE_INVALID',
    },
    {
      name: 'fewer layers than the configuration says',
      make: () => layout(ociFiles(twoLayers().slice(0, 1), { config: configJson(twoLayers()) })),
      code: 'IMAGE_INVALID',
    },
    {
      name: 'a DiffID that does not fit',
      make: () => layout(ociFiles(twoLayers(), { config: configJson([Buffer.from('x'), Buffer.from('y')]) })),
      code: 'IMAGE_DIGEST_MISMATCH',
    },
    {
      name: 'too many layers',
      make: () => layout(ociFiles(Array.from({ length: 128 }, () => buildTar([{ name: 'a' }])))),
      code: 'IMAGE_LIMIT',
    },
    {
      name: 'an archive of nothing known',
      make: () => ({ kind: 'archive', path: writeFile('x.tar', buildTar([{ name: 'a' }])) }) as const,
      code: 'IMAGE_INVALID',
    },
    {
      name: 'an archive that is not there',
      make: () => ({ kind: 'archive', path: join(folder, 'none.tar') }) as const,
      code: 'IMAGE_NOT_FOUND',
    },
    {
      name: 'an archive with a name twice',
      make: () =>
        ({
          kind: 'archive',
          path: writeFile(
            'x.tar',
            buildTar([...dockerSaveParts(twoLayers()), { name: 'manifest.json', content: '[]' }]),
          ),
        }) as const,
      code: 'IMAGE_HOSTILE',
    },
    {
      name: 'a layer that is a link out of the archive',
      make: () =>
        ({
          kind: 'archive',
          path: writeFile(
            'x.tar',
            buildTar(
              dockerSaveParts(twoLayers()).map((part, at) =>
                at === 0 ? { name: part.name, type: '2', link: '/etc/passwd' } : part,
              ),
            ),
          ),
        }) as const,
      code: 'IMAGE_NOT_FOUND',
    },
    { name: 'a FIFO as an archive', make: fifo, code: 'IMAGE_INVALID' },
  ] as const)('$name', async ({ make, code }) => {
    const refused = prepare(make());
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(/^image app: /) });
    const paths = storePaths(store());
    expect(
      [paths.layers, paths.images, paths.scratch].flatMap((path) =>
        (existsSync(path) ? readdirSync(path) : []).filter(
          (name) => name.startsWith('tmp-') || path === paths.images,
        ),
      ),
    ).toEqual([]);
  });

  function fifo(): ImageSource {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    return { kind: 'archive', path };
  }
});

describe('the store', () => {
  test('what is ready is not read again, not even by another process', async () => {
    const source = { kind: 'archive', path: saved() } as const;
    const first = await prepare(source);
    expect(await prepare(source)).toEqual(first);
    expect([opened, writer.trees.length]).toEqual([2, 2]);
  });

  test('a changed archive is read again; the layers that stayed are not', async () => {
    const source = { kind: 'archive', path: saved() } as const;
    await prepare(source);
    utimesSync(source.path, 1, 1);
    await prepare(source);
    expect(writer.trees).toHaveLength(2);
  });

  test('requests at the same time unpack once', async () => {
    const source = { kind: 'archive', path: saved() } as const;
    const shared = provider();
    const images = await Promise.all(Array.from({ length: 5 }, () => prepare(source, { provider: shared })));
    expect(new Set(images.map(({ id }) => id)).size).toBe(1);
    expect(writer.sessions.size).toBe(2);
  });

  test('two providers at the same time, as two processes, end with the same layers', async () => {
    const source = { kind: 'archive', path: saved() } as const;
    const [one, other] = await Promise.all([prepare(source), prepare(source)]);
    expect(other).toEqual(one);
    expect(readdirSync(storePaths(store()).layers).sort()).toEqual(
      one?.layers.map(({ directory }) => directory).sort(),
    );
  });

  test('the store is for its owner alone', async () => {
    mkdirSync(store(), { mode: 0o755 });
    await prepare({ kind: 'archive', path: saved() });
    expect(statSync(store()).mode & 0o777).toBe(0o700);
  });

  test('each id map has layers of its own', async () => {
    const source = { kind: 'archive', path: saved() } as const;
    const real = await prepare(source);
    const single = await prepare(source, { provider: provider({ ids: singleId }) });
    expect(single.layers[0]?.directory).toBe(`${real.layers[0]?.directory}-s`);
  });

  test('overrides change configuration and id, not the layers', async () => {
    const source = { kind: 'archive', path: saved() } as const;
    const plain = await prepare(source);
    const changed = await prepare(source, { overrides: { user: 'nobody' } });
    expect(changed.config).toEqual({ ...plain.config, user: 'nobody' });
    expect(changed.id).not.toBe(plain.id);
    expect(changed.layers).toEqual(plain.layers);
  });

  test('images are listed with their references', async () => {
    await prepare({ kind: 'archive', path: saved() });
    expect(await listImages(storePaths(store()))).toMatchObject([
      { name: 'app', references: ['example/app:1'], sizeBytes: 9, createdAt: '2024-05-06T07:08:09Z' },
    ]);
  });

  test('what dead processes left is swept, what living ones work on is not', async () => {
    const source = { kind: 'archive', path: saved() } as const;
    await prepare(source);
    const dead = spawnSync('true').pid;
    const { makeTemporaryDirectory, readOwnIdentity } = await import('../../src/image/store/temporary.ts');
    const self = readOwnIdentity();
    const { layers, scratch } = storePaths(store());
    const stale = [
      await makeTemporaryDirectory(layers, { ...self, pid: dead }),
      await makeTemporaryDirectory(scratch, { ...self, startTicks: '1' }),
    ];
    const fresh = [
      await makeTemporaryDirectory(layers, self),
      await makeTemporaryDirectory(scratch, { ...self, pidNamespace: '1' }),
    ];
    utimesSync(source.path, 1, 1);
    await prepare(source);
    expect([...stale.map(existsSync), ...fresh.map(existsSync)]).toEqual([false, false, true, true]);
  });

  test('who leaves does not disturb who stays; when all have left, nothing is left behind', async () => {
    const source = { kind: 'archive', path: saved() } as const;
    const shared = provider();
    const [leaving, staying] = [new AbortController(), new AbortController()];
    const left = prepare(source, { provider: shared, signal: leaving.signal });
    const stayed = prepare(source, { provider: shared, signal: staying.signal });
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect((await stayed).layers).toHaveLength(2);

    const other = {
      kind: 'archive',
      path: writeFile('b.tar', buildTar(dockerSaveParts([buildTar([{ name: 'b', content: 'b' }])]))),
    } as const;
    const alone = new AbortController();
    const cancelled = prepare(other, {
      provider: shared,
      signal: alone.signal,
      progress: () => alone.abort(new Error('stop')),
    });
    await expect(cancelled).rejects.toThrow('stop');
    expect(readdirSync(storePaths(store()).layers)).toHaveLength(2);
  });

  test('warnings are said every time', async () => {
    const layer = buildTar([{ name: 'dev/null', type: '3' }]);
    const source = { kind: 'rootfs', path: writeFile('r.tar', layer) } as const;
    for (const _ of [1, 2]) {
      const lines: string[] = [];
      await prepare(source, { progress: (line) => lines.push(line) });
      expect(lines.at(-1)).toBe('warning: 1 device nodes were not made: "dev/null"');
    }
  });
});
