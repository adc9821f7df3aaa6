import type { ImageSource } from '../core/image.ts';
import type { PrepareContext } from './add-to-store.ts';
import type { SourcedImage } from './image-source.ts';

type SourceKind = ImageSource['kind'];
type SourceOf<K extends SourceKind> = Extract<ImageSource, { readonly kind: K }>;
type ReadSource<K extends SourceKind> = (
  source: SourceOf<K>,
  context: PrepareContext,
) => Promise<SourcedImage>;

/** Every source of images: a new one is a file in source/ and a line here. Loaded when used: a warm start needs none of them. */
const imageSources: { readonly [K in SourceKind]: () => Promise<ReadSource<K>> } = {
  host: async () => (await import('./source/host.ts')).readHostImage,
  rootfs: async () => (await import('./source/rootfs.ts')).readRootfsImage,
  archive: async () => (await import('./source/archive.ts')).readArchiveImage,
  oci: async () => (await import('./source/oci-layout.ts')).readOciLayoutImage,
  registry: async () => (await import('./source/registry.ts')).readRegistryImage,
  debian: async () => (await import('./source/debian.ts')).readDebianImage,
  build: async () => (await import('./source/dockerfile.ts')).readBuiltImage,
};

export async function readSource<K extends SourceKind>(
  source: SourceOf<K> & { readonly kind: K },
  context: PrepareContext,
): Promise<SourcedImage> {
  const read = await imageSources[source.kind]();
  return read(source, context);
}
