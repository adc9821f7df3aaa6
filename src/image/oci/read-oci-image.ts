import { MayflyError } from '../../core/mayfly-error.ts';
import { digestHex } from '../digest.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { SourceContext, SourcedImage } from '../image-source.ts';
import { readWhole } from '../read-file.ts';
import { JsonReader } from '../read-json.ts';
import { checkBlob } from './check-blob.ts';
import { chooseAll, chooseNamed } from './choose-manifest.ts';
import type { Descriptor } from './descriptor.ts';
import type { ImageFiles } from './image-files.ts';
import { type ImageContent, parseManifests, readImage } from './read-image.ts';
import { referenceNames } from './reference-names.ts';

/** An image of an OCI layout (image-spec image-layout.md), be it a directory or an archive. */
export async function readOciImage(
  files: ImageFiles,
  reference: string | undefined,
  context: SourceContext,
): Promise<Omit<SourcedImage, 'inputs'>> {
  const named = chooseNamed(await readIndex(files, context.limits), reference, context.platform);
  return readNamed(files, named, context);
}

/** All images of a layout that are for this machine, in order. */
export async function readOciImages(
  files: ImageFiles,
  context: SourceContext,
): Promise<readonly Omit<SourcedImage, 'inputs'>[]> {
  const fitting = chooseAll(await readIndex(files, context.limits), context.platform);
  const images: Omit<SourcedImage, 'inputs'>[] = [];
  for (const named of fitting)
    images.push({ ...(await readNamed(files, named, context)), digest: named.digest });
  return images;
}

async function readIndex(files: ImageFiles, limits: ImageLimits): Promise<readonly Descriptor[]> {
  const bytes = await readWhole(files.open('index.json'), 'manifestBytes', limits, 'index.json');
  return parseManifests(JsonReader.parse(bytes, 'index.json'), 'index.json');
}

async function readNamed(
  files: ImageFiles,
  named: Descriptor,
  context: SourceContext,
): Promise<Omit<SourcedImage, 'inputs'>> {
  const image = await readImage(contentOf(files, context.limits), named, context);
  return { ...image, references: referenceNames(named) };
}

function contentOf(files: ImageFiles, limits: ImageLimits): ImageContent {
  return {
    readManifest: (descriptor) => readBlob(files, descriptor, 'manifestBytes', limits),
    readConfig: (descriptor) => readBlob(files, descriptor, 'configBytes', limits),
    openLayer: (descriptor) => {
      const path = requireBlob(files, descriptor);
      return () => files.open(path);
    },
  };
}

function requireBlob(files: ImageFiles, descriptor: Descriptor): string {
  const path = `blobs/sha256/${digestHex(descriptor.digest)}`;
  if (files.has(path)) return path;
  throw new MayflyError('IMAGE_NOT_FOUND', `${files.where} does not hold ${descriptor.digest}`);
}

async function readBlob(
  files: ImageFiles,
  descriptor: Descriptor,
  limitName: 'manifestBytes' | 'configBytes',
  limits: ImageLimits,
): Promise<Uint8Array> {
  const path = requireBlob(files, descriptor);
  const bytes = await readWhole(files.open(path), limitName, limits, descriptor.digest);
  checkBlob(bytes, descriptor);
  return bytes;
}
