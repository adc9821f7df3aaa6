import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/core/error-catalogue.ts';
import type { ImageSource } from '../../src/core/image.ts';
import { ImageBench } from './image-bench.ts';
import { configJson, dockerSaveParts, ociFiles, sha256, twoLayers } from './image-fixtures.ts';
import { buildTar, type TarPart } from './tar-builder.ts';

let bench: ImageBench;
beforeEach(() => {
  bench = new ImageBench();
});
afterEach(() => bench[Symbol.dispose]());

interface Case {
  readonly name: string;
  readonly code: ErrorCode;
  readonly make: () => ImageSource;
}

const layers = twoLayers();
const configBlob = `blobs/sha256/${sha256(JSON.stringify(configJson(layers)))}`;
const layerBlob = `blobs/sha256/${sha256(gzipSync(layers[0] ?? ''))}`;

/** A layout whose files were changed afterwards. */
const layout = (code: ErrorCode, name: string, change: (files: Map<string, Buffer>) => void): Case => ({
  name,
  code,
  make: () => {
    const files = ociFiles(layers);
    change(files);
    return bench.layout(files);
  },
});
const archive = (code: ErrorCode, name: string, parts: readonly TarPart[]): Case => ({
  name,
  code,
  make: () => bench.archive(buildTar(parts)),
});
const made = (code: ErrorCode, name: string, make: () => ImageSource): Case => ({ name, code, make });
const indexOf = (entry: object): Buffer => Buffer.from(JSON.stringify({ manifests: [entry] }));
const linkedOut = dockerSaveParts(layers).map((part, at) =>
  at === 0 ? { name: part.name, type: '2', link: '/etc/passwd' } : part,
);

test.each<Case>([
  layout('IMAGE_DIGEST_MISMATCH', 'a configuration with other content', (files) =>
    files.set(configBlob, Buffer.from('{}')),
  ),
  layout('IMAGE_DIGEST_MISMATCH', 'a layer with other content', (files) =>
    files.set(layerBlob, gzipSync(buildTar([]))),
  ),
  layout('IMAGE_NOT_FOUND', 'a missing layer', (files) => files.delete(layerBlob)),
  layout('IMAGE_NOT_FOUND', 'no index', (files) => files.delete('index.json')),
  layout('IMAGE_INVALID', 'an index that is no JSON', (files) => files.set('index.json', Buffer.from('{'))),
  layout('IMAGE_LIMIT', 'an index that is too large', (files) =>
    files.set('index.json', Buffer.alloc(5_000_000, ' ')),
  ),
  layout('IMAGE_INVALID', 'a digest with a path in it', (files) =>
    files.set('index.json', indexOf({ mediaType: 'x', digest: 'sha256:../../../etc/passwd', size: 1 })),
  ),
  layout('IMAGE_INVALID', 'a negative size', (files) =>
    files.set('index.json', indexOf({ mediaType: 'x', digest: `sha256:${'0'.repeat(64)}`, size: -1 })),
  ),
  made('IMAGE_INVALID', 'fewer layers than the configuration says', () =>
    bench.layout(ociFiles(layers.slice(0, 1), { config: configJson(layers) })),
  ),
  made('IMAGE_DIGEST_MISMATCH', 'a DiffID that does not fit', () =>
    bench.layout(ociFiles(layers, { config: configJson([Buffer.from('x'), Buffer.from('y')]) })),
  ),
  made('IMAGE_LIMIT', 'too many layers', () =>
    bench.layout(ociFiles(Array.from({ length: 128 }, () => buildTar([])))),
  ),
  made('IMAGE_NOT_FOUND', 'an archive that is not there', () => ({
    kind: 'archive',
    path: join(bench.folder, 'none'),
  })),
  made('IMAGE_INVALID', 'a FIFO as an archive', () => {
    const path = join(bench.folder, 'fifo');
    execFileSync('mkfifo', [path]);
    return { kind: 'archive', path };
  }),
  archive('IMAGE_INVALID', 'an archive of nothing known', [{ name: 'a' }]),
  archive('IMAGE_HOSTILE', 'an archive with a name twice', [
    ...dockerSaveParts(layers),
    { name: 'manifest.json' },
  ]),
  archive('IMAGE_HOSTILE', 'an archive with .. in it', [...dockerSaveParts(layers), { name: '../x' }]),
  archive('IMAGE_NOT_FOUND', 'a layer that is a link out of the archive', linkedOut),
])('$name is $code', async ({ make, code }) => {
  await expect(bench.prepare(make())).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/^image app: /),
  });
  const { layers: unpacked, images, scratch } = bench.paths;
  const left = [unpacked, images, scratch].flatMap((path) => (existsSync(path) ? readdirSync(path) : []));
  expect(left.filter((name) => name.startsWith('tmp-') || name.endsWith('.json'))).toEqual([]);
});
