import type { ImageSource } from '../../core/image.ts';
import type { PrepareContext } from '../add-to-store.ts';
import { buildImage } from '../build/build-image.ts';
import { parseBuildOptions, readBuildRequest } from '../build/read-build-request.ts';
import { renderBuildEvent } from '../build/render-build-event.ts';
import { checkPlatform, parsePlatform } from '../image-platform.ts';
import type { SourcedImage } from '../image-source.ts';

/**
 * An image built from a Dockerfile. Its steps know what they were made from, so that there is nothing to remember here: all that
 * has not changed is in the cache.
 */
export async function readBuiltImage(
  source: Extract<ImageSource, { kind: 'build' }>,
  context: PrepareContext,
): Promise<SourcedImage> {
  const host = await context.openBuilder();
  const options = parseBuildOptions(source.options);
  if (options.platform !== undefined) checkPlatform(parsePlatform(options.platform), context.platform);
  const request = readBuildRequest(options, host.secrets);
  const warnings: string[] = [];
  const built = await buildImage(request, host, context, (event) => {
    host.onEvent?.(event);
    if (host.onEvent !== undefined) return;
    if (event.kind === 'warning') warnings.push(event.message);
    const line = renderBuildEvent(event);
    if (line !== undefined) context.onProgress(line);
  });
  return {
    config: built.config,
    platform: context.platform,
    createdAt: built.createdAt,
    references: [],
    layers: built.layers,
    inputs: [],
    blobs: [built.configuration],
    warnings,
  };
}
