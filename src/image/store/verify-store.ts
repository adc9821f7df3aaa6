import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DigestingStream, digestHex } from '../digest.ts';
import { parseConfig } from '../image-config.ts';
import { defaultImageLimits } from '../image-limits.ts';
import { readRange, readWhole } from '../read-file.ts';
import { type CatalogueImage, ImageCatalogue } from './image-catalogue.ts';
import { listImages } from './image-record.ts';
import { directoriesOf, isKnownLayer } from './layer-store.ts';
import { NameIndex } from './name-index.ts';
import type { StorePaths } from './store-paths.ts';
import { type ProcessIdentity, temporaryPrefix } from './temporary.ts';

/** Something of the store that is not as it should be. */
export type StoreProblem =
  /** Its content is not what its name says. */
  | { readonly kind: 'damaged-blob'; readonly digest: string }
  | {
      readonly kind: 'missing-blob';
      readonly digest: string;
      readonly image: string;
      readonly vital: boolean;
    }
  /** Neither unpacked nor packed. */
  | { readonly kind: 'missing-layer'; readonly diffId: string; readonly image: string }
  /** A configuration that does not list the layers that the catalogue does. */
  | { readonly kind: 'wrong-image'; readonly image: string }
  | { readonly kind: 'name-without-image'; readonly reference: string; readonly image: string }
  /** A layer of which nothing is known. */
  | { readonly kind: 'unknown-layer'; readonly directory: string }
  | { readonly kind: 'record-without-layer'; readonly image: string; readonly directory: string }
  | { readonly kind: 'unreadable-fact'; readonly path: string };

/**
 * Reads every blob and every fact. What is half done by somebody who still lives, or by nobody any more, is no problem. Who calls
 * keeps collectors out (store-lock.ts).
 */
export async function verifyStore(
  paths: StorePaths,
  self: ProcessIdentity,
  signal: AbortSignal,
): Promise<readonly StoreProblem[]> {
  const damaged = await findDamagedBlobs(paths, signal);
  const index = new NameIndex(paths, self);
  // First, for an image is there before its names are.
  const named = await index.list();
  const catalogue = await new ImageCatalogue(paths, self).list();
  const wrong = new Set(damaged.map(({ digest }) => digest));
  const images: StoreProblem[] = [];
  for (const image of catalogue) images.push(...(await verifyImage(image, paths, wrong)));
  const ids = new Set(catalogue.map(({ id }) => id));
  const names = named
    .filter(({ id, reference }) => !ids.has(id) && index.find(reference)?.id === id)
    .map(({ reference, id }): StoreProblem => ({ kind: 'name-without-image', reference, image: id }));
  const records = (await listImages(paths)).flatMap(({ id, layers }) =>
    layers
      .filter(({ directory }) => !existsSync(join(paths.layers, directory)))
      .map(({ directory }): StoreProblem => ({ kind: 'record-without-layer', image: id, directory })),
  );
  const unknown = namesIn(paths.layers)
    .filter((directory) => !isKnownLayer(paths, directory))
    .map((directory): StoreProblem => ({ kind: 'unknown-layer', directory }));
  return [...damaged, ...images, ...names, ...records, ...unknown, ...findUnreadable(paths)];
}

type DamagedBlob = Extract<StoreProblem, { kind: 'damaged-blob' }>;

async function findDamagedBlobs(paths: StorePaths, signal: AbortSignal): Promise<readonly DamagedBlob[]> {
  const damaged: DamagedBlob[] = [];
  for (const hex of namesIn(paths.blobs)) {
    const stream = new DigestingStream(readRange(join(paths.blobs, hex)));
    for await (const _ of stream) signal.throwIfAborted();
    if (stream.digest() !== `sha256:${hex}`) damaged.push({ kind: 'damaged-blob', digest: `sha256:${hex}` });
  }
  return damaged;
}

async function verifyImage(
  { id, manifest, layers }: CatalogueImage,
  paths: StorePaths,
  damaged: ReadonlySet<string>,
): Promise<readonly StoreProblem[]> {
  const isSound = (digest: string): boolean =>
    !damaged.has(digest) &&
    lstatSync(join(paths.blobs, digestHex(digest)), { throwIfNoEntry: false }) !== undefined;
  const missing = (digest: string, vital: boolean): StoreProblem => ({
    kind: 'missing-blob',
    digest,
    image: id,
    vital,
  });
  if (!isSound(id)) return [missing(id, true)];
  const blobs = layers.flatMap(({ blob }) => blob?.digest ?? []);
  const lost = [...(manifest === undefined ? [] : [manifest]), ...blobs].filter((digest) => !isSound(digest));
  const diffIds = await readDiffIds(id, paths);
  const gone = layers
    .filter(
      ({ diffId, blob }) =>
        directoriesOf(paths, diffId).length === 0 && (blob === undefined || !isSound(blob.digest)),
    )
    .map(({ diffId }): StoreProblem => ({ kind: 'missing-layer', diffId, image: id }));
  const fits = diffIds !== undefined && diffIds.join() === layers.map(({ diffId }) => diffId).join();
  return [
    ...lost.map((digest) => missing(digest, false)),
    ...gone,
    ...(fits ? [] : [{ kind: 'wrong-image', image: id } as const]),
  ];
}

async function readDiffIds(id: string, paths: StorePaths): Promise<readonly string[] | undefined> {
  try {
    const source = readRange(join(paths.blobs, digestHex(id)));
    return parseConfig(await readWhole(source, 'configBytes', defaultImageLimits, id)).diffIds;
  } catch {
    return undefined;
  }
}

function findUnreadable(paths: StorePaths): readonly StoreProblem[] {
  const { catalogue, names, images, buildCache, layerRecords } = paths;
  return [catalogue, names, images, buildCache, layerRecords].flatMap((directory) =>
    namesIn(directory)
      .map((name) => join(directory, name))
      .filter((path) => !isReadableFact(path, directory !== layerRecords))
      .map((path): StoreProblem => ({ kind: 'unreadable-fact', path })),
  );
}

/** What is gone by now is none. Another version's may speak of anything. */
function isReadableFact(path: string, hasVersion: boolean): boolean {
  try {
    const fact: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof fact === 'object' && fact !== null && (!hasVersion || Reflect.get(fact, 'version') === 1);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

function namesIn(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith(temporaryPrefix))
    .sort();
}
