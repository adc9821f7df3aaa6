import type { ImageSource } from '../../core/image.ts';
import type { SourceContext, SourcedImage } from '../image-source.ts';
import { readFileFact } from '../input-fact.ts';
import { openArchive } from '../oci/open-archive.ts';
import { readDockerSave } from '../oci/read-docker-save.ts';
import { readOciImage } from '../oci/read-oci-image.ts';

/** What `docker save`, `podman save`, `skopeo copy` or BuildKit's exporters wrote, plain or packed. */
export async function readArchiveImage(
  source: Extract<ImageSource, { kind: 'archive' }>,
  context: SourceContext,
): Promise<SourcedImage> {
  const inputs = [readFileFact(source.path)];
  const { files, kind } = await openArchive(source.path, context);
  const read = kind === 'oci' ? readOciImage : readDockerSave;
  return { ...(await read(files, source.reference, context)), inputs };
}
