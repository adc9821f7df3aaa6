import { type ImageReference, isTag } from '../../core/image-reference.ts';
import { ownEndpoint } from './plan-endpoints.ts';
import { readPages } from './read-pages.ts';
import { openEndpoint, type RegistryContext } from './registry-context.ts';
import { Transport } from './transport.ts';

/** Every tag of a repository (distribution-spec, "Content Discovery"), sorted: not every registry does. */
export async function listTags(
  { registry, repository }: ImageReference,
  context: RegistryContext,
): Promise<readonly string[]> {
  await using transport = new Transport(context.registries, context.limits);
  const endpoint = openEndpoint(ownEndpoint(registry, context.registries), transport, context);
  const scope = `repository:${repository}:pull`;
  const tags = await readPages(
    endpoint,
    { path: `/v2/${repository}/tags/list?n=1000`, scope, key: 'tags', isName: isTag },
    context,
  );
  return [...tags].sort();
}
