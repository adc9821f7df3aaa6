import { basename } from 'node:path';
import { isJsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { digestMismatch, digestOf } from '../digest.ts';
import { parseConfig } from '../image-config.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import { checkPlatform } from '../image-platform.ts';
import type { SourceContext, SourcedImage } from '../image-source.ts';
import { readWhole } from '../read-file.ts';
import { JsonReader, parseJson } from '../read-json.ts';
import type { ImageFiles } from './image-files.ts';
import { readAllImages } from './read-all-images.ts';
import { referenceMatches } from './reference-names.ts';

/** One image of a `docker save` archive (moby image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"). */
interface SavedImage {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

export async function readDockerSave(
  files: ImageFiles,
  reference: string | undefined,
  context: SourceContext,
): Promise<Omit<SourcedImage, 'inputs'>> {
  const saved = await chooseSaved(files, await readManifest(files, context), reference, context.limits);
  return readSaved(files, saved, context);
}

/** All images of the archive, in order. */
export async function readDockerSaves(
  files: ImageFiles,
  context: SourceContext,
): Promise<readonly Omit<SourcedImage, 'inputs'>[]> {
  const all = await readManifest(files, context);
  return readAllImages(all, context.limits, (saved) => readSaved(files, saved, context));
}

async function readManifest(files: ImageFiles, { limits }: SourceContext): Promise<readonly SavedImage[]> {
  const bytes = await readWhole(files.open('manifest.json'), 'manifestBytes', limits, 'manifest.json');
  return parseSaved(bytes);
}

async function readSaved(
  files: ImageFiles,
  saved: SavedImage,
  context: SourceContext,
): Promise<Omit<SourcedImage, 'inputs'>> {
  const { limits } = context;
  const configBytes = await readConfig(files, saved, limits);
  const config = parseConfig(configBytes);
  checkPlatform(config.platform, context.platform);
  if (saved.layers.length > limits.layers)
    throw limitError('layers', limits, `the image has ${saved.layers.length} layers`);
  if (saved.layers.length !== config.diffIds.length) {
    throw new MayflyError(
      'IMAGE_INVALID',
      `manifest.json has ${saved.layers.length} layers, the configuration ${config.diffIds.length}`,
    );
  }
  return {
    config: config.config,
    platform: config.platform,
    createdAt: config.createdAt,
    references: saved.tags,
    layers: saved.layers.map((path, at) => ({
      kind: 'tar',
      what: `layer ${at + 1} of ${saved.layers.length}`,
      blob: undefined,
      diffId: config.diffIds[at],
      open: () => files.open(requireFile(files, path)),
    })),
    blobs: [configBytes],
    warnings: [],
  };
}

function parseSaved(bytes: Uint8Array): readonly SavedImage[] {
  const list = parseJson(bytes, 'manifest.json');
  if (!Array.isArray(list) || list.length === 0)
    throw new MayflyError('IMAGE_INVALID', 'manifest.json is no list of images');
  return list.map((item, at) => {
    const what = `manifest.json: [${at}]`;
    if (!isJsonObject(item)) throw new MayflyError('IMAGE_INVALID', `${what} is no object`);
    const json = new JsonReader(item, what);
    const config = json.text('Config');
    if (config === undefined) throw new MayflyError('IMAGE_INVALID', `${what} has no Config`);
    return { config, tags: json.texts('RepoTags') ?? [], layers: json.texts('Layers') ?? [] };
  });
}

async function chooseSaved(
  files: ImageFiles,
  all: readonly SavedImage[],
  reference: string | undefined,
  limits: ImageLimits,
): Promise<SavedImage> {
  const fitting: SavedImage[] = [];
  for (const saved of all) {
    if (
      reference === undefined ||
      referenceMatches(reference, saved.tags, digestOf(await readConfig(files, saved, limits)))
    )
      fitting.push(saved);
  }
  const [chosen] = fitting;
  const hint = `it holds ${all
    .slice(0, 10)
    .map(({ tags, config }) => JSON.stringify(tags[0] ?? config))
    .join(', ')}`;
  if (chosen === undefined)
    throw new MayflyError('IMAGE_NOT_FOUND', `there is no image ${JSON.stringify(reference)}`, { hint });
  if (fitting.length > 1)
    throw new MayflyError('IMAGE_NOT_FOUND', `there are ${fitting.length} images`, {
      hint: `say which with \`reference:\`; ${hint}`,
    });
  return chosen;
}

async function readConfig(files: ImageFiles, saved: SavedImage, limits: ImageLimits): Promise<Uint8Array> {
  const bytes = await readWhole(
    files.open(requireFile(files, saved.config)),
    'configBytes',
    limits,
    saved.config,
  );
  // The file is named for its digest, in both of Docker's layouts.
  const announced = /^([0-9a-f]{64})(\.json)?$/.exec(basename(saved.config))?.[1];
  const actual = digestOf(bytes);
  if (announced !== undefined && actual !== `sha256:${announced}`)
    throw digestMismatch('the configuration', `sha256:${announced}`, actual);
  return bytes;
}

function requireFile(files: ImageFiles, path: string): string {
  if (files.has(path)) return path;
  throw new MayflyError(
    'IMAGE_NOT_FOUND',
    `${files.where} does not hold ${JSON.stringify(path.slice(0, 200))}`,
  );
}
