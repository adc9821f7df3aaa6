import { MayflyError } from '../../core/mayfly-error.ts';
import { type ImagePlatform, platformMatches, renderPlatform } from '../image-platform.ts';
import { type Descriptor, isAttestation } from './descriptor.ts';
import { referenceMatches, referenceNames } from './reference-names.ts';

/** The entry of a layout's own index that the scenario means: by reference, else the only one there is. */
export function chooseNamed(
  all: readonly Descriptor[],
  reference: string | undefined,
  wanted: ImagePlatform,
): Descriptor {
  const images = all.filter((descriptor) => !isAttestation(descriptor));
  if (images.length === 0) throw new MayflyError('IMAGE_INVALID', 'the index holds no image');
  const named =
    reference === undefined
      ? images
      : images.filter((image) => referenceMatches(reference, referenceNames(image), image.digest));
  if (named.length === 0) {
    throw new MayflyError('IMAGE_NOT_FOUND', `there is no image ${JSON.stringify(reference)}`, {
      hint: renderNames(images),
    });
  }
  const fitting = fittingPlatform(named, wanted);
  if (new Set(fitting.map((image) => image.digest)).size > 1) {
    throw new MayflyError('IMAGE_NOT_FOUND', `there are ${fitting.length} images`, {
      hint: `say which with \`reference:\`; ${renderNames(images)}`,
    });
  }
  return first(fitting);
}

/** All entries of a layout's own index that may be for this machine. */
export function chooseAll(all: readonly Descriptor[], wanted: ImagePlatform): readonly Descriptor[] {
  const images = all.filter((descriptor) => !isAttestation(descriptor));
  const fitting = images.filter(
    ({ platform }) => platform === undefined || platformMatches(platform, wanted),
  );
  // For its error.
  return fitting.length > 0 ? fitting : fittingPlatform(images, wanted);
}

/** The entry of a multi-platform image that fits this machine. */
export function choosePlatform(all: readonly Descriptor[], wanted: ImagePlatform): Descriptor {
  const fitting = fittingPlatform(
    all.filter((descriptor) => !isAttestation(descriptor)),
    wanted,
  );
  // `amd64/v3` needs a newer processor than `amd64`; `arm64` and `arm64/v8` are the same.
  return fitting.find((descriptor) => descriptor.platform?.variant === undefined) ?? first(fitting);
}

/** An entry without a platform may fit: its configuration will tell. */
function fittingPlatform(descriptors: readonly Descriptor[], wanted: ImagePlatform): readonly Descriptor[] {
  const fitting = descriptors.filter(
    ({ platform }) => platform !== undefined && platformMatches(platform, wanted),
  );
  if (fitting.length > 0) return fitting;
  const unknown = descriptors.filter(({ platform }) => platform === undefined);
  if (unknown.length > 0) return unknown;
  const offered = [
    ...new Set(descriptors.map(({ platform }) => (platform === undefined ? '' : renderPlatform(platform)))),
  ].slice(0, 20);
  throw new MayflyError(
    'IMAGE_PLATFORM',
    `it is for ${offered.join(', ') || 'no platform'}, this machine is ${renderPlatform(wanted)}`,
  );
}

function first(descriptors: readonly Descriptor[]): Descriptor {
  const [descriptor] = descriptors;
  if (descriptor === undefined) throw new MayflyError('IMAGE_INVALID', 'the index holds no image');
  return descriptor;
}

function renderNames(images: readonly Descriptor[]): string {
  const names = images.flatMap((image) => [referenceNames(image)[0] ?? image.digest]);
  const shown = names.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 200)));
  return `it holds ${shown.join(', ')}${names.length > shown.length ? ' …' : ''}`;
}
