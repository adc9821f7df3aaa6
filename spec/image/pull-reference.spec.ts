import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseImageReference } from '../../src/core/image-reference.ts';
import { digestHex } from '../../src/image/digest.ts';
import type { ImagePlatform } from '../../src/image/image-platform.ts';
import { pullReference } from '../../src/image/pull-reference.ts';
import { configJson, ociFiles, sha256, twoLayers } from './image-fixtures.ts';
import { HostileRegistry } from './registry/hostile-registry.ts';
import { amd64, arm64, StoreBench } from './store-bench.ts';

let bench: StoreBench;
let registry: HostileRegistry;
beforeEach(async () => {
  bench = new StoreBench();
  registry = await HostileRegistry.start();
  registry.serve(twoPlatforms());
});
afterEach(async () => {
  bench[Symbol.dispose]();
  await registry[Symbol.asyncDispose]();
});

/** A layout whose one image is an index of two platforms. */
function twoPlatforms(): Map<string, Buffer> {
  const all = new Map<string, Buffer>();
  const manifests = [amd64, arm64].flatMap((platform) => {
    const config = configJson(twoLayers(), platform);
    const files = ociFiles(twoLayers(), { config, platform });
    for (const [path, content] of files) all.set(path, content);
    return JSON.parse(String(files.get('index.json'))).manifests;
  });
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  all.set(`blobs/sha256/${sha256(index)}`, index);
  const top = { mediaType, digest: `sha256:${sha256(index)}`, size: index.length };
  return all.set('index.json', Buffer.from(JSON.stringify({ manifests: [top] })));
}

const reference = () => parseImageReference(`${registry.host}/app:1`);
const pull = (platform: ImagePlatform) =>
  bench.add((context) => pullReference(reference(), context, () => undefined), { platform });
const prepare = (platform: ImagePlatform, policy?: 'never') =>
  bench.provider({ platform }).prepare(
    {
      name: 'app',
      source: { kind: 'registry', reference: `${registry.host}/app:1` },
      configOverrides: {},
      ...(policy === undefined ? {} : { pull: policy }),
    },
    () => undefined,
    new AbortController().signal,
  );

test('a name means another image on another platform, each time it is asked for', async () => {
  for (const platform of [amd64, arm64, amd64]) {
    const { image, isNewer } = await pull(platform);
    expect([image.platform, isNewer]).toEqual([`linux/${platform.architecture}`, true]);
  }
  expect((await pull(amd64)).isNewer).toBe(false);
});

test('a scenario does not start from the image of another platform', async () => {
  await pull(arm64);
  await expect(prepare(amd64, 'never')).rejects.toMatchObject({
    code: 'IMAGE_PLATFORM',
    message: expect.stringContaining('linux/arm64'),
  });
  expect((await prepare(amd64)).platform).toBe('linux/amd64');
});

test('a name that is set without a fetch is one of an image that is there', async () => {
  const { image } = await pull(amd64);
  const entry = join(bench.paths.catalogue, `${digestHex(image.id)}.json`);
  await bench.names.set(`${registry.host}/app:1`, `sha256:${'0'.repeat(64)}`, 1);
  // Somebody removes the image after it was found, and before it is named.
  const set = bench.add((context) =>
    pullReference(
      reference(),
      {
        ...context,
        nowMs: () => {
          rmSync(entry, { force: true });
          return 2;
        },
      },
      () => undefined,
    ),
  );
  await set;
  expect(existsSync(entry)).toBe(true);
});
