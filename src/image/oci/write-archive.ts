import type { Pack } from 'tar-stream';
import { familiarRepository, parseImageReference, renderFamiliar } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { digestHex } from '../digest.ts';
import type { BlobDescriptor } from '../store/image-catalogue.ts';
import { ociTypes } from './media-types.ts';

/** An image with all that an archive needs of it. */
export interface SavedImage {
  /** In full; empty for an image without a name. */
  readonly references: readonly string[];
  readonly config: BlobDescriptor;
  readonly manifest: BlobDescriptor;
  readonly platform: { readonly os: string; readonly architecture: string };
  /** Lowest first. */
  readonly layers: readonly BlobDescriptor[];
}

export type OpenBlob = (digest: string) => AsyncIterable<Uint8Array>;

/**
 * An archive that is both: an OCI layout (image-spec image-layout.md) and what `docker load` has always read (manifest.json), over
 * the same blobs, as Docker itself writes them since version 25. The same images give the same bytes.
 */
export async function* writeArchive(
  images: readonly SavedImage[],
  open: OpenBlob,
): AsyncGenerator<Uint8Array> {
  const { pack: openPack } = await import('tar-stream');
  const pack = openPack();
  const filling = fill(pack, images, open);
  filling.catch((error) => pack.destroy(error)); // awaited below
  for await (const chunk of pack as AsyncIterable<Uint8Array>) yield chunk;
  await filling;
}

async function fill(pack: Pack, images: readonly SavedImage[], open: OpenBlob): Promise<void> {
  const blobs = new Map<string, BlobDescriptor>();
  for (const { config, manifest, layers } of images)
    for (const blob of [...layers, config, manifest]) blobs.set(blob.digest, blob);
  addDirectory(pack, 'blobs/');
  addDirectory(pack, 'blobs/sha256/');
  for (const { digest, sizeBytes } of [...blobs.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)))
    await addFile(pack, blobPath(digest), sizeBytes, open(digest));
  await addText(pack, 'index.json', renderIndex(images));
  await addText(pack, 'manifest.json', renderDockerManifest(images));
  await addText(pack, 'oci-layout', '{"imageLayoutVersion":"1.0.0"}');
  pack.finalize();
}

const epoch = new Date(0);

function addDirectory(pack: Pack, name: string): void {
  pack.entry({ name, type: 'directory', mode: 0o755, mtime: epoch });
}

function addText(pack: Pack, name: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  return addFile(pack, name, bytes.length, [bytes]);
}

async function addFile(
  pack: Pack,
  name: string,
  size: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const entry = pack.entry({ name, size, mode: 0o644, mtime: epoch });
  entry.on('error', () => {}); // the reader has gone, and with it the pack
  let left = size;
  for await (const chunk of content) {
    left -= chunk.length;
    if (pack.destroyed || left < 0) break;
    if (!entry.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))) await drained(entry);
  }
  if (left !== 0 && !pack.destroyed)
    throw new MayflyError('STORE_FAILED', `${name} has not the ${size} bytes it should have`, {
      hint: '`mayfly store repair` mends the store',
    });
  entry.end(Buffer.alloc(0));
}

/** Or destroyed, which is looked for before the next write. */
function drained(entry: ReturnType<Pack['entry']>): Promise<void> {
  return new Promise((resolve) => {
    entry.once('drain', resolve);
    entry.once('close', resolve);
  });
}

function blobPath(digest: string): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

/** containerd and Docker look for the first annotation, others for the second. */
function renderIndex(images: readonly SavedImage[]): string {
  const manifests = images.flatMap(({ manifest, platform, references }) => {
    const { mediaType, digest, sizeBytes: size } = manifest;
    const { os, architecture } = platform;
    const descriptor = { mediaType, digest, size, platform: { architecture, os } };
    if (references.length === 0) return [descriptor];
    return references.map((reference) => ({
      ...descriptor,
      annotations: {
        'io.containerd.image.name': reference,
        'org.opencontainers.image.ref.name': parseImageReference(reference).tag ?? reference,
      },
    }));
  });
  return JSON.stringify({ schemaVersion: 2, mediaType: ociTypes.index, manifests });
}

function renderDockerManifest(images: readonly SavedImage[]): string {
  return JSON.stringify(
    images.map(({ config, layers, references }) => ({
      Config: blobPath(config.digest),
      RepoTags: references.length === 0 ? null : references.map(toTag),
      Layers: layers.map(({ digest }) => blobPath(digest)),
    })),
  );
}

/** `app:1`, which Docker reads as docker.io's. */
function toTag(reference: string): string {
  const parsed = parseImageReference(reference);
  return parsed.tag === undefined ? renderFamiliar(parsed) : `${familiarRepository(parsed)}:${parsed.tag}`;
}
