import { MayflyError } from '../../core/mayfly-error.ts';
import { indexTypes, manifestTypes } from '../oci/descriptor.ts';
import { JsonReader } from '../read-json.ts';

const schema1Types = [
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
];

/**
 * The media type of a manifest, on which header and content have to agree. The same bytes must not be an index to one reader
 * and an image to another (CVE-2021-41190).
 *
 * @throws MayflyError IMAGE_INVALID, IMAGE_HOSTILE
 */
export function checkManifest(bytes: Uint8Array, contentType: string | undefined): string {
  const header = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const json = JsonReader.parse(bytes, 'the manifest');
  const written = json.text('mediaType');
  const keys = json.keys();
  if (schema1Types.includes(header) || json.number('schemaVersion') === 1) {
    throw new MayflyError('IMAGE_INVALID', 'it is an image of schema 1, which nobody makes since 2017', {
      hint: 'push it anew with a tool of today',
    });
  }
  if (keys.includes('manifests') && (keys.includes('layers') || keys.includes('config')))
    throw new MayflyError('IMAGE_HOSTILE', 'the manifest is an index and an image at once');
  const isKnown = (type: string): boolean => [...manifestTypes, ...indexTypes].includes(type);
  if (written !== undefined && isKnown(header) && written !== header) {
    throw new MayflyError(
      'IMAGE_HOSTILE',
      `the manifest is announced as ${header} and says that it is ${JSON.stringify(written.slice(0, 100))}`,
    );
  }
  const type = isKnown(header) ? header : (written ?? header);
  const isIndex = indexTypes.includes(type);
  if (!isKnown(type) || isIndex !== keys.includes('manifests')) {
    throw new MayflyError(
      'IMAGE_INVALID',
      `it is no image but ${JSON.stringify((type || 'something else').slice(0, 100))}`,
    );
  }
  return type;
}
