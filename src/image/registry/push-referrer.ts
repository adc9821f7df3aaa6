import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { ociTypes } from '../oci/media-types.ts';
import { JsonReader, parseJson } from '../read-json.ts';
import type { BlobDescriptor } from '../store/image-catalogue.ts';
import { explainAnswer } from './explain-answer.ts';
import type { EndpointRequest, RegistryEndpoint } from './registry-endpoint.ts';

export interface PushedManifest {
  readonly descriptor: BlobDescriptor;
  readonly bytes: Uint8Array;
}

/** What a manifest refers to, if it does (image-spec manifest.md, `subject`). */
export function subjectOf(bytes: Uint8Array): string | undefined {
  const digest = JsonReader.parse(bytes, 'the manifest').object('subject')?.text('digest');
  return digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : undefined;
}

/**
 * Where a registry knows nothing of referrers, who pushes keeps the list of them, in an index under a tag of its own
 * (distribution-spec 1.1, "Pushing Manifests with Subject" and "Referrers Tag Schema").
 */
export async function addReferrer(
  subject: string,
  pushed: PushedManifest,
  repository: string,
  endpoint: RegistryEndpoint,
  about: Pick<EndpointRequest, 'scope' | 'signal'>,
): Promise<void> {
  const to = `/v2/${repository}/manifests/${subject.replace(':', '-')}`;
  const what = `listing what refers to ${subject}`;
  const found = await endpoint.request({ method: 'GET', to, headers: { accept: ociTypes.index }, ...about });
  if (found.status !== 200 && found.status !== 404) throw await explainAnswer(found, endpoint.name, what);
  let known: readonly Json[] = [];
  if (found.status === 404) found.body.discard();
  else
    known = parseReferrers(await found.body.whole('manifestBytes', 'the list of referrers'), endpoint.name);
  const { digest } = pushed.descriptor;
  if (known.some((entry) => isJsonObject(entry) && entry.digest === digest)) return;
  const index = {
    schemaVersion: 2,
    mediaType: ociTypes.index,
    manifests: [...known, describeReferrer(pushed)],
  };
  const answer = await endpoint.request({
    method: 'PUT',
    to,
    headers: { 'content-type': ociTypes.index },
    body: Buffer.from(JSON.stringify(index)),
    ...about,
  });
  if (answer.status !== 201) throw await explainAnswer(answer, endpoint.name, what);
  answer.body.discard();
}

function parseReferrers(bytes: Uint8Array, name: string): readonly Json[] {
  const index = parseJson(bytes, 'the list of referrers');
  if (isJsonObject(index) && index.mediaType === ociTypes.index && Array.isArray(index.manifests))
    return index.manifests;
  throw new MayflyError(
    'REGISTRY_REFUSED',
    `${name} has something else than an index of referrers under their tag`,
  );
}

function describeReferrer({ descriptor, bytes }: PushedManifest): JsonObject {
  const manifest = JsonReader.parse(bytes, 'the manifest');
  const { mediaType, digest, sizeBytes } = descriptor;
  const artifactType = manifest.text('artifactType') || manifest.object('config')?.text('mediaType');
  const annotations = manifest.textMap('annotations');
  return {
    mediaType,
    digest,
    size: sizeBytes,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}
