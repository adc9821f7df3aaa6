import { MayflyError } from '../../core/mayfly-error.ts';
import { digestHex, digestMismatch, digestOf } from '../digest.ts';
import { type ParsedConfig, parseConfig } from '../image-config.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import { checkPlatform } from '../image-platform.ts';
import type { SourceContext, SourcedImage, SourcedLayer } from '../image-source.ts';
import { readWhole } from '../read-file.ts';
import { JsonReader } from '../read-json.ts';
import { chooseAll, chooseNamed, choosePlatform } from './choose-manifest.ts';
import {
  checkConfigType,
  checkLayerType,
  checkManifestType,
  type Descriptor,
  isIndex,
  parseDescriptor,
} from './descriptor.ts';
import type { ImageFiles } from './image-files.ts';
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
  for (const named of fitting) images.push(await readNamed(files, named, context));
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
  const { limits, platform } = context;
  const { descriptor, bytes } = await readManifest(files, named, context);
  const manifest = JsonReader.parse(bytes, `the manifest ${descriptor.digest}`);
  const configBytes = await readBlob(files, parseConfigDescriptor(manifest), 'configBytes', limits);
  const config = parseConfig(configBytes);
  checkPlatform(config.platform, platform);
  return {
    config: config.config,
    platform: config.platform,
    createdAt: config.createdAt,
    references: referenceNames(named),
    layers: planLayers(files, manifest, config, limits),
    blobs: [configBytes, bytes],
    warnings: [],
  };
}

function parseManifests(index: JsonReader, what: string): readonly Descriptor[] {
  return index.objects('manifests').map((entry, at) => parseDescriptor(entry, `${what}: manifests[${at}]`));
}

/** Down through indexes to the manifest for this machine. */
async function readManifest(
  files: ImageFiles,
  start: Descriptor,
  context: SourceContext,
): Promise<{ readonly descriptor: Descriptor; readonly bytes: Uint8Array }> {
  let descriptor = start;
  for (let depth = 0; depth <= context.limits.indexDepth; depth += 1) {
    const bytes = await readBlob(files, descriptor, 'manifestBytes', context.limits);
    if (!isIndex(descriptor)) {
      checkManifestType(descriptor);
      return { descriptor, bytes };
    }
    const what = `the index ${descriptor.digest}`;
    descriptor = choosePlatform(parseManifests(JsonReader.parse(bytes, what), what), context.platform);
  }
  throw limitError('indexDepth', context.limits, 'indexes are nested too deeply');
}

function parseConfigDescriptor(manifest: JsonReader): Descriptor {
  const config = manifest.object('config');
  if (config === undefined) throw new MayflyError('IMAGE_INVALID', 'the manifest names no configuration');
  const descriptor = parseDescriptor(config, 'the configuration');
  checkConfigType(descriptor);
  return descriptor;
}

function planLayers(
  files: ImageFiles,
  manifest: JsonReader,
  config: ParsedConfig,
  limits: ImageLimits,
): readonly SourcedLayer[] {
  const descriptors = manifest.objects('layers').map((layer, at) => parseDescriptor(layer, `layers[${at}]`));
  if (descriptors.length > limits.layers)
    throw limitError('layers', limits, `the image has ${descriptors.length} layers`);
  if (descriptors.length !== config.diffIds.length) {
    throw new MayflyError(
      'IMAGE_INVALID',
      `the manifest has ${descriptors.length} layers, the configuration ${config.diffIds.length}`,
    );
  }
  return descriptors.map((descriptor, at) => {
    checkLayerType(descriptor);
    const path = requireBlob(files, descriptor);
    return {
      kind: 'tar',
      what: `layer ${at + 1} of ${descriptors.length}`,
      blob: { digest: descriptor.digest, sizeBytes: descriptor.sizeBytes },
      diffId: config.diffIds[at],
      open: () => files.open(path),
    };
  });
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
  const bytes = await readWhole(
    files.open(requireBlob(files, descriptor)),
    limitName,
    limits,
    descriptor.digest,
  );
  const actual = digestOf(bytes);
  if (actual !== descriptor.digest) throw digestMismatch('a blob', descriptor.digest, actual);
  if (bytes.length !== descriptor.sizeBytes)
    throw digestMismatch(`the size of ${actual}`, String(descriptor.sizeBytes), String(bytes.length));
  return bytes;
}
