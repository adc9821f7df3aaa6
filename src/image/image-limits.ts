import { MayflyError } from '../core/mayfly-error.ts';

/** What an image may cost. Reaching one of these is an IMAGE_LIMIT that names it; nothing is cut silently. */
export interface ImageLimits {
  /** Docker's own limit of overlay layers. */
  readonly layers: number;
  /** Bytes of one layer, unpacked (holes of sparse files count). */
  readonly layerBytes: number;
  readonly layerEntries: number;
  /** Bytes of headers (PAX records, long names) before one entry of an archive. */
  readonly entryHeaderBytes: number;
  /** PATH_MAX without its NUL. */
  readonly pathBytes: number;
  /** NAME_MAX. */
  readonly nameBytes: number;
  /** Bytes of extended attributes of one file. */
  readonly xattrBytes: number;
  /** Unpacked bytes per packed byte, once `ratioFreeBytes` are passed. Text reaches 10, gzip's own maximum is 1,032. */
  readonly ratio: number;
  /** Unpacked bytes that are never counted against the ratio. */
  readonly ratioFreeBytes: number;
  /** Window of a zstd frame: what `zstd -d` accepts without `--long` (2^27). */
  readonly zstdWindowBytes: number;
  /** The distribution specification lets registries refuse manifests above 4 MiB. */
  readonly manifestBytes: number;
  readonly configBytes: number;
  /** Indexes within indexes. */
  readonly indexDepth: number;
  /** Entries of a docker-save or OCI archive. */
  readonly archiveEntries: number;
  readonly archiveBytes: number;
  /** Configurations and manifests of all images of an archive, which are in memory at once. */
  readonly archiveMetadataBytes: number;
  /** Files of a `host:` image or of a `rootfs:` directory. */
  readonly sourceFiles: number;
  /** Packages of a `debian:` image. */
  readonly packages: number;
  /** Milliseconds for installing them, downloads included. */
  readonly debianMs: number;
  /** Milliseconds until a registry begins to answer, connecting included. */
  readonly registryAnswerMs: number;
  /** Milliseconds until it has looked at what it was sent of a blob. */
  readonly registryClosingMs: number;
  /** In each of these milliseconds at least `registryTrickleBytes` of a body have to arrive. */
  readonly registrySilenceMs: number;
  readonly registryTrickleBytes: number;
  /** So much has to arrive on average once we have waited for a body for `registryGraceMs` in all. */
  readonly registryBytesPerSecond: number;
  readonly registryGraceMs: number;
  /** Milliseconds for an answer that is read whole: manifests, configurations, tokens, lists. */
  readonly registryWholeMs: number;
  /** How often in a row the same is asked of a registry that fails. */
  readonly registryAttempts: number;
  /** How often in all a blob is begun again where it broke off. */
  readonly registryRestarts: number;
  /** Milliseconds before it is asked again, doubled each time. */
  readonly registryBackoffMs: number;
  /** The longest wait that a registry may ask for (Retry-After). */
  readonly registryWaitMs: number;
  readonly registryRedirects: number;
  /** Of answers that are no part of an image: errors, tokens, lists. */
  readonly registryAnswerBytes: number;
  /** Of what a registry says of an error: more is not read, nor for longer than these milliseconds. */
  readonly registryComplaintBytes: number;
  readonly registryComplaintMs: number;
  /** Of all pages of a list together. */
  readonly registryListBytes: number;
  /** Of a list of tags or repositories. */
  readonly registryPages: number;
  /** Of a layer that is sent, at once; what is smaller goes whole. */
  readonly registryChunkBytes: number;
  /** Layers that are fetched, unpacked or sent at once. */
  readonly layersAtOnce: number;
}

const kiB = 2 ** 10;
const miB = 2 ** 20;
const giB = 2 ** 30;

export const defaultImageLimits: ImageLimits = {
  layers: 127,
  layerBytes: 16 * giB,
  layerEntries: 1_000_000,
  entryHeaderBytes: miB,
  pathBytes: 4095,
  nameBytes: 255,
  xattrBytes: 128 * kiB,
  ratio: 200,
  ratioFreeBytes: 64 * miB,
  zstdWindowBytes: 128 * miB,
  manifestBytes: 4 * miB,
  configBytes: 8 * miB,
  indexDepth: 4,
  archiveEntries: 20_000,
  archiveBytes: 64 * giB,
  archiveMetadataBytes: 64 * miB,
  sourceFiles: 500_000,
  packages: 5000,
  debianMs: 30 * 60_000,
  registryAnswerMs: 30_000,
  registryClosingMs: 3 * 60_000,
  registrySilenceMs: 30_000,
  registryTrickleBytes: 4 * kiB,
  registryBytesPerSecond: 16 * kiB,
  registryGraceMs: 2 * 60_000,
  registryWholeMs: 60_000,
  registryAttempts: 5,
  registryRestarts: 50,
  registryBackoffMs: 500,
  registryWaitMs: 60_000,
  registryRedirects: 10,
  registryAnswerBytes: 8 * miB,
  registryComplaintBytes: 64 * kiB,
  registryComplaintMs: 5000,
  registryListBytes: 32 * miB,
  registryPages: 200,
  registryChunkBytes: 16 * miB,
  layersAtOnce: 3,
};

/** `what` is the thing that is too large: `layer 2: usr/bin/x is longer than a path may be`. */
export function limitError(name: keyof ImageLimits, limits: ImageLimits, what: string): MayflyError {
  return new MayflyError('IMAGE_LIMIT', `${what} (limit ${name}: ${limits[name]})`, {
    hint: `raise the image limit \`${name}\`, if you trust the image`,
  });
}
