import { MayflyError } from '../../core/mayfly-error.ts';
import { parseDigest } from '../digest.ts';
import type { ImagePlatform } from '../image-platform.ts';
import type { JsonReader } from '../read-json.ts';

/** image-spec descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly platform: ImagePlatform | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export function parseDescriptor(json: JsonReader, what: string): Descriptor {
  const sizeBytes = json.number('size');
  if (sizeBytes === undefined || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw new MayflyError('IMAGE_INVALID', `${what} has no valid size`);
  }
  const platform = json.object('platform');
  const variant = platform?.text('variant');
  return {
    mediaType: json.text('mediaType') ?? '',
    digest: parseDigest(json.text('digest'), `the digest of ${what}`),
    sizeBytes,
    platform:
      platform === undefined
        ? undefined
        : {
            os: platform.text('os') ?? '',
            architecture: platform.text('architecture') ?? '',
            ...(variant ? { variant } : {}),
          },
    annotations: json.textMap('annotations'),
  };
}

export const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
export const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const configTypes = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

export function isIndex(descriptor: Descriptor): boolean {
  return indexTypes.includes(descriptor.mediaType);
}

export function checkManifestType(descriptor: Descriptor): void {
  if (manifestTypes.includes(descriptor.mediaType)) return;
  throw new MayflyError(
    'IMAGE_INVALID',
    `${descriptor.digest} is no image manifest but ${JSON.stringify(descriptor.mediaType)}`,
  );
}

/** Registries also hold charts, signatures and the like, with configurations of other types. */
export function checkConfigType(descriptor: Descriptor): void {
  if (configTypes.includes(descriptor.mediaType)) return;
  throw new MayflyError(
    'IMAGE_INVALID',
    `it is no container image: its configuration is ${JSON.stringify(descriptor.mediaType)}`,
  );
}

/** BuildKit's attestations stand in the index beside the images they speak of. */
export function isAttestation(descriptor: Descriptor): boolean {
  return (
    descriptor.platform?.os === 'unknown' ||
    descriptor.annotations['vnd.docker.reference.type'] === 'attestation-manifest'
  );
}

export function checkLayerType(descriptor: Descriptor): void {
  if (descriptor.mediaType.endsWith('+encrypted'))
    throw new MayflyError('IMAGE_INVALID', `the layer ${descriptor.digest} is encrypted`);
}
