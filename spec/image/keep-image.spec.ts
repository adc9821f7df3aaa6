import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepImage } from '../../src/image/keep-image.ts';
import type { SourcedTar } from '../../src/image/unpack-layer.ts';
import { sha256 } from './image-fixtures.ts';
import { amd64, StoreBench } from './store-bench.ts';
import { buildTar } from './tar-builder.ts';

let bench: StoreBench;
beforeEach(() => {
  bench = new StoreBench();
});
afterEach(() => bench[Symbol.dispose]());

const tar = buildTar([{ name: 'bin/app', content: 'app' }]);
const other = buildTar([{ name: 'bin/app', content: 'another' }]);
const packed = gzipSync(tar);
const diffId = `sha256:${sha256(tar)}`;

/** A layer as a manifest announces it, and how often its source is read. */
class Announced {
  reads = 0;
  readonly #bytes: Uint8Array;
  readonly #changes: Partial<SourcedTar>;

  constructor(bytes: Uint8Array, changes: Partial<SourcedTar> = {}) {
    this.#bytes = bytes;
    this.#changes = changes;
  }

  get layer(): SourcedTar {
    const bytes = this.#bytes;
    const read = (): void => {
      this.reads += 1;
    };
    return {
      kind: 'tar',
      what: 'layer 1 of 1',
      blob: { mediaType: 'x/gzip', digest: `sha256:${sha256(bytes)}`, sizeBytes: bytes.length },
      diffId,
      open: async function* () {
        read();
        yield bytes;
      },
      ...this.#changes,
    };
  }
}

function keep({ layer }: Announced, architecture = 'amd64') {
  const config = Buffer.from(JSON.stringify({ architecture, rootfs: { diff_ids: [diffId] } }));
  const about = { platform: amd64, createdAt: '', references: [], inputs: [], blobs: [config], warnings: [] };
  const sourced = { ...about, config: {}, layers: [layer] } as unknown as Parameters<typeof keepImage>[0];
  return bench.add((context) => keepImage(sourced, [], context));
}

test('a layer that an image has is not read again for another', async () => {
  await keep(new Announced(packed));
  const again = new Announced(packed);
  await keep(again, 'other');
  expect(again.reads).toBe(0);
});

test('what a pull that died has left is verified, and not fetched', async () => {
  const { id } = await keep(new Announced(packed));
  await bench.catalogue.remove(id);
  const again = new Announced(packed);
  const { layers } = await keep(again);
  expect([again.reads, layers[0]?.blob?.sizeBytes]).toEqual([0, packed.length]);
});

test.each([
  ['another layer’s blob', new Announced(gzipSync(other))],
  [
    'a false size',
    new Announced(packed, { blob: { mediaType: '', digest: `sha256:${sha256(packed)}`, sizeBytes: 7 } }),
  ],
])('%s is refused, though layer and blob are there', async (_, lie) => {
  await keep(new Announced(packed));
  writeFileSync(join(bench.paths.blobs, sha256(gzipSync(other))), gzipSync(other));
  await expect(keep(lie, 'other')).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
  expect(readdirSync(bench.paths.catalogue)).toHaveLength(1);
});

test('a damaged blob is replaced by what comes', async () => {
  const { id } = await keep(new Announced(packed));
  await bench.catalogue.remove(id);
  const path = join(bench.paths.blobs, sha256(packed));
  writeFileSync(path, Buffer.alloc(packed.length));
  const again = new Announced(packed);
  await keep(again);
  expect(again.reads).toBe(1);
  expect(readFileSync(path)).toEqual(packed);
});
