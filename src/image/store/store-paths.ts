import { join } from 'node:path';
import { digestHex } from '../digest.ts';
import type { LayerIds } from '../layer-writer.ts';

/** Where things lie in the store. */
export interface StorePaths {
  readonly root: string;
  /** Unpacked layers, each a directory that serves as an overlay lower directory, and temporaries. */
  readonly layers: string;
  /** One JSON file per layer: what is known about it. */
  readonly layerRecords: string;
  /** One JSON file per image that was prepared. */
  readonly images: string;
  /** One JSON file per image that is kept for itself: pulled, loaded, built, imported. */
  readonly catalogue: string;
  /** One JSON file per name of such an image. */
  readonly names: string;
  /** Manifests, configurations and packed layers by digest. */
  readonly blobs: string;
  /** One JSON file per step of a build: which layer it made. */
  readonly buildCache: string;
  /** Unpacked archives on their way. */
  readonly scratch: string;
  /** An empty file whose bytes are locked (store-lock.ts). */
  readonly lock: string;
}

export function storePaths(root: string): StorePaths {
  return {
    root,
    layers: join(root, 'layers'),
    layerRecords: join(root, 'layer-records'),
    images: join(root, 'images'),
    catalogue: join(root, 'catalogue'),
    names: join(root, 'names'),
    blobs: join(root, 'blobs', 'sha256'),
    buildCache: join(root, 'build-cache'),
    scratch: join(root, 'scratch'),
    lock: join(root, 'lock'),
  };
}

/** 96 bits: enough that nobody meets a collision by chance; one made on purpose is found by the full digest in the record. */
const layerNameDigits = 24;

/** One path component without `:` `,` `\`, and short: overlay's options have to fit a page. */
export function layerDirectoryName(diffId: string, ids: Pick<LayerIds, 'mapKey'>): string {
  const short = digestHex(diffId).slice(0, layerNameDigits);
  return ids.mapKey === '' ? short : `${short}-${ids.mapKey}`;
}
