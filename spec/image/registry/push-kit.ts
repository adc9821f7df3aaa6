import { readFileSync } from 'node:fs';
import { parseImageReference } from '../../../src/core/image-reference.ts';
import { defaultImageLimits, type ImageLimits } from '../../../src/image/image-limits.ts';
import { planSave } from '../../../src/image/plan-save.ts';
import { noPrograms } from '../../../src/image/program-runner.ts';
import { mountSources } from '../../../src/image/registry/mount-sources.ts';
import { pushImage } from '../../../src/image/registry/registry-push.ts';
import { noRegistrySettings } from '../../../src/image/registry/registry-settings.ts';
import { renderPushEvent } from '../../../src/image/registry/render-push-event.ts';
import { BlobStore } from '../../../src/image/store/blob-store.ts';
import { listKnownImages } from '../../../src/image/store/known-images.ts';
import { readOwnIdentity } from '../../../src/image/store/temporary.ts';
import type { ImageBench } from '../image-bench.ts';

/** Sends the store's only image to a place; the lines that were told. */
export async function push(
  bench: ImageBench,
  to: string,
  limits: Partial<ImageLimits> = {},
): Promise<readonly string[]> {
  const self = readOwnIdentity();
  const blobs = new BlobStore(bench.paths, self);
  const images = await listKnownImages(bench.paths, self);
  const [image] = images;
  if (image === undefined) throw new Error('the store is empty');
  const [planned] = planSave([{ image, reference: undefined }], {
    sizeOf: (digest) => blobs.sizeOf(digest) ?? 0,
    readText: (digest) => readFileSync(blobs.pathOf(digest), 'utf8'),
  });
  if (planned === undefined) throw new Error('nothing to push');
  const lines: string[] = [];
  const reference = parseImageReference(to);
  await pushImage(reference, planned, {
    registries: noRegistrySettings,
    limits: { ...defaultImageLimits, registryBackoffMs: 1, ...limits },
    programs: noPrograms,
    nowMs: () => 0,
    signal: new AbortController().signal,
    blobs,
    sourcesOf: mountSources(images, reference),
    onPush: (event) => lines.push(...renderPushEvent(event)),
  });
  return lines;
}
