import { statSync } from 'node:fs';
import { emptyImageConfig, type ImageSource } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { SourceContext, SourcedImage } from '../image-source.ts';
import { readFileFact } from '../input-fact.ts';
import { readRange } from '../read-file.ts';
import { digestDirectory, readDirectoryEntries } from '../rootfs/directory-tree.ts';

/** A whole file system, as a directory or a tar (plain, gzip or zstd), without a configuration. */
export async function readRootfsImage(
  source: Extract<ImageSource, { kind: 'rootfs' }>,
  context: SourceContext,
): Promise<SourcedImage> {
  const { path } = source;
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) throw new MayflyError('IMAGE_NOT_FOUND', `${path} does not exist`);
  const image = {
    config: emptyImageConfig,
    platform: context.platform,
    createdAt: '',
    references: [],
    blobs: [],
    warnings: [],
  };
  if (!facts.isDirectory()) {
    const inputs = [readFileFact(path)];
    return {
      ...image,
      inputs,
      layers: [{ kind: 'tar', what: path, blob: undefined, diffId: undefined, open: () => readRange(path) }],
    };
  }
  const digest = digestDirectory(path, context.user, context.limits);
  return {
    ...image,
    inputs: [{ kind: 'tree', path, digest }],
    layers: [
      {
        kind: 'entries',
        what: path,
        recipe: digest,
        entries: () => readDirectoryEntries(path, context.user, context.limits),
      },
    ],
  };
}
