import { MayflyError } from '../../core/mayfly-error.ts';
import { type ParsedConfig, parseConfig } from '../image-config.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import { checkPlatform } from '../image-platform.ts';
import type { SourceContext, SourcedImage, SourcedLayer } from '../image-source.ts';
import { JsonReader } from '../read-json.ts';
import { choosePlatform } from './choose-manifest.ts';
import {
  checkConfigType,
  checkLayerType,
  checkManifestType,
  type Descriptor,
  isIndex,
  parseDescriptor,
} from './descriptor.ts';

/** Where the parts of an image are found by their descriptors: a layout, an archive, the store, a registry. */
export interface ImageContent {
  /** Verified: whoever reads them compares digest and size. */
  readManifest(descriptor: Descriptor): Promise<Uint8Array>;
  readConfig(descriptor: Descriptor): Promise<Uint8Array>;
  /** As packed. Who unpacks it verifies it. @throws when it is not there at all */
  openLayer(descriptor: Descriptor): () => AsyncIterable<Uint8Array>;
}

/** The image for this machine to which a manifest or an index leads (image-spec manifest.md, image-index.md). */
export async function readImage(
  content: ImageContent,
  start: Descriptor,
  context: Pick<SourceContext, 'limits' | 'platform'>,
): Promise<Omit<SourcedImage, 'inputs' | 'references'>> {
  const { limits, platform } = context;
  const { descriptor, bytes } = await descend(content, start, context);
  const manifest = JsonReader.parse(bytes, `the manifest ${descriptor.digest}`);
  const configDescriptor = parseConfigDescriptor(manifest);
  if (configDescriptor.sizeBytes > limits.configBytes)
    throw limitError('configBytes', limits, `${configDescriptor.digest} is too large`);
  const configBytes = await content.readConfig(configDescriptor);
  const config = parseConfig(configBytes);
  checkPlatform(config.platform, platform);
  return {
    config: config.config,
    platform: config.platform,
    createdAt: config.createdAt,
    layers: planLayers(content, manifest, config, limits),
    blobs: [configBytes, bytes],
    warnings: [],
  };
}

export function parseManifests(index: JsonReader, what: string): readonly Descriptor[] {
  return index.objects('manifests').map((entry, at) => parseDescriptor(entry, `${what}: manifests[${at}]`));
}

/** Down through indexes to the manifest for this machine. */
async function descend(
  content: ImageContent,
  start: Descriptor,
  { limits, platform }: Pick<SourceContext, 'limits' | 'platform'>,
): Promise<{ readonly descriptor: Descriptor; readonly bytes: Uint8Array }> {
  let descriptor = start;
  for (let depth = 0; depth <= limits.indexDepth; depth += 1) {
    if (descriptor.sizeBytes > limits.manifestBytes)
      throw limitError('manifestBytes', limits, `${descriptor.digest} is too large`);
    const bytes = await content.readManifest(descriptor);
    if (!isIndex(descriptor)) {
      checkManifestType(descriptor);
      return { descriptor, bytes };
    }
    const what = `the index ${descriptor.digest}`;
    descriptor = choosePlatform(parseManifests(JsonReader.parse(bytes, what), what), platform);
  }
  throw limitError('indexDepth', limits, 'indexes are nested too deeply');
}

function parseConfigDescriptor(manifest: JsonReader): Descriptor {
  const config = manifest.object('config');
  if (config === undefined) throw new MayflyError('IMAGE_INVALID', 'the manifest names no configuration');
  const descriptor = parseDescriptor(config, 'the configuration');
  checkConfigType(descriptor);
  return descriptor;
}

function planLayers(
  content: ImageContent,
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
    const { mediaType, digest, sizeBytes } = descriptor;
    if (sizeBytes > limits.layerBytes)
      throw limitError('layerBytes', limits, `the layer ${digest} is too large`);
    return {
      kind: 'tar',
      what: `layer ${at + 1} of ${descriptors.length}`,
      blob: { mediaType, digest, sizeBytes },
      diffId: config.diffIds[at],
      open: content.openLayer(descriptor),
    };
  });
}
