import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../../../../src/core/image.ts';
import { digestHex, digestOf } from '../../../../src/image/digest.ts';
import type { Witnessed } from './buildah.ts';
import { walkTree } from './walk-tree.ts';

/** An OCI layout of an image that we built: its blobs as they lie in the store, named `built`. */
export function writeLayout(image: Image, store: string, layout: string): void {
  const blobs = join(layout, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const take = (digest: string) => {
    const path = join(store, 'blobs/sha256', digestHex(digest));
    cpSync(path, join(blobs, digestHex(digest)));
    return { digest, size: statSync(path).size };
  };
  const config = take(image.id);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: image.layers.map(({ diffId }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      ...take(diffId),
    })),
  });
  const digest = digestOf(manifest);
  writeFileSync(join(blobs, digestHex(digest)), manifest);
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const entry = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: manifest.length,
    annotations: { 'org.opencontainers.image.ref.name': 'built' },
  };
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
}

/** What umoci(1) makes of an image that we built. */
export function unpackWithUmoci(image: Image, store: string, folder: string): Witnessed {
  const layout = join(folder, 'layout');
  writeLayout(image, store, layout);
  const bundle = join(folder, 'bundle');
  execFileSync('umoci', ['unpack', '--image', `${layout}:built`, bundle], { stdio: 'pipe' });
  const json = JSON.parse(readFileSync(join(layout, 'blobs/sha256', digestHex(image.id)), 'utf8'));
  return { tree: walkTree(join(bundle, 'rootfs')), config: json.config };
}
