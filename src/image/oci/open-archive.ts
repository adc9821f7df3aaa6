import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MayflyError } from '../../core/mayfly-error.ts';
import { decompress, detectCompression } from '../compression/decompress.ts';
import type { SourceContext } from '../image-source.ts';
import { readRange } from '../read-file.ts';
import { openArchiveFiles } from './archive-files.ts';
import type { ImageFiles } from './image-files.ts';

/** An archive of images, plain or packed, and which of the two kinds it is; one that is both is read as OCI's. */
export async function openArchive(
  path: string,
  context: SourceContext,
): Promise<{ readonly files: ImageFiles; readonly kind: 'oci' | 'docker-save' }> {
  const plain = await unpackArchive(path, context);
  const files = await openArchiveFiles(plain, path, context.limits);
  if (files.has('index.json') && files.has('oci-layout')) return { files, kind: 'oci' };
  if (files.has('manifest.json')) return { files, kind: 'docker-save' };
  throw new MayflyError('IMAGE_INVALID', `${path} is neither a docker-save nor an OCI archive`, {
    hint: 'a tar of a whole file system is an image by `rootfs:` or `mayfly import`',
  });
}

/** Files inside are read at random, so that a packed archive is unpacked once, beside the store. */
async function unpackArchive(path: string, context: SourceContext): Promise<string> {
  if ((await detectFile(path)) === 'none') return path;
  context.onProgress('unpacking the archive');
  const plain = join(await context.makeScratch(), 'archive.tar');
  const unpacked = decompress(readRange(path), context.limits, 'archiveBytes');
  await pipeline(unpacked, createWriteStream(plain, { flags: 'wx', mode: 0o600 }), {
    signal: context.signal,
  });
  return plain;
}

async function detectFile(path: string): Promise<ReturnType<typeof detectCompression>> {
  for await (const head of readRange(path, 0, 4)) return detectCompression(head);
  return 'none';
}
