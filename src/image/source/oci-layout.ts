import { join } from 'node:path';
import type { ImageSource } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { SourceContext, SourcedImage } from '../image-source.ts';
import { readFileFact } from '../input-fact.ts';
import { directoryFiles } from '../oci/directory-files.ts';
import { readOciImage } from '../oci/read-oci-image.ts';

/** An OCI image layout in a directory. Its index decides everything; what it points to is named by digest. */
export async function readOciLayoutImage(
  source: Extract<ImageSource, { kind: 'oci' }>,
  context: SourceContext,
): Promise<SourcedImage> {
  const files = directoryFiles(source.path);
  const inputs = [readFileFact(join(source.path, 'index.json'))];
  if (!files.has('index.json')) {
    throw new MayflyError('IMAGE_NOT_FOUND', `${source.path} is no OCI layout: it has no index.json`, {
      hint: 'give the directory that holds index.json',
    });
  }
  return { ...(await readOciImage(files, source.reference, context)), inputs };
}
