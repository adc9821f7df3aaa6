import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWithPrograms } from '../../requires.ts';
import { ImageBench } from '../image-bench.ts';
import { configJson, ociFiles, sha256, twoLayers } from '../image-fixtures.ts';
import { DebianRegistry } from './debian-registry.ts';
import { skopeoPush } from './skopeo.ts';

describeWithPrograms(
  ['docker-registry', 'skopeo'],
  [],
  'pulling from a registry that skopeo has pushed to',
  () => {
    let registry: DebianRegistry;
    let bench: ImageBench;
    beforeAll(async () => {
      registry = await DebianRegistry.start();
      await skopeoPush(ociFiles(twoLayers()), `${registry.host}/team/app:1`);
      await skopeoPush(ociFiles(twoLayers()), `${registry.host}/team/v2:1`, '--format=v2s2');
    });
    afterAll(() => registry[Symbol.asyncDispose]());
    beforeEach(() => {
      bench = new ImageBench();
    });
    afterEach(() => bench[Symbol.dispose]());

    test.each(['app', 'v2'])('an image by its tag (%s)', async (name) => {
      const image = await bench.prepare({ kind: 'registry', reference: `${registry.host}/team/${name}:1` });
      const unpacked = ['bin/app=app', 'etc/new=new', 'etc/old=old', 'etc/old=whiteout'];
      expect([...bench.unpacked()].sort()).toEqual(unpacked); // layers come at once
      const layers = twoLayers();
      expect(image.layers.map(({ diffId }) => diffId)).toEqual(
        layers.map((layer) => `sha256:${sha256(layer)}`),
      );
      expect(image.config.command).toEqual(['/bin/app']);
      if (name === 'app') expect(image.id).toBe(`sha256:${sha256(JSON.stringify(configJson(layers)))}`);
    });

    test('what is not there is said to be not there', async () => {
      const pulling = bench.prepare({ kind: 'registry', reference: `${registry.host}/team/nothing:1` });
      await expect(pulling).rejects.toMatchObject({
        code: 'IMAGE_NOT_FOUND',
        message: expect.stringMatching(/answers 404 \(MANIFEST_UNKNOWN: manifest unknown\)/),
      });
    });
  },
);
