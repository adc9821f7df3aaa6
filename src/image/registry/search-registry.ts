import { familiarRepository, isRepository } from '../../core/image-reference.ts';
import { JsonReader } from '../read-json.ts';
import { explainAnswer } from './explain-answer.ts';
import { dockerHubSearch, type Endpoint, ownEndpoint } from './plan-endpoints.ts';
import { readPages } from './read-pages.ts';
import { openEndpoint, type RegistryContext } from './registry-context.ts';
import type { RegistryEndpoint } from './registry-endpoint.ts';
import type { RegistrySettings } from './registry-settings.ts';
import { Transport } from './transport.ts';

export interface FoundRepository {
  /** As one pulls it. */
  readonly name: string;
  readonly description: string;
  readonly stars: number;
  readonly isOfficial: boolean;
}

/**
 * Repositories whose name has a text in it: by the registry's own search where it has one, as Docker Hub and Quay do, else by its
 * catalogue (distribution's spec/api.md, "Listing Repositories").
 */
export async function searchRegistry(
  registry: string,
  text: string,
  limit: number,
  context: RegistryContext,
): Promise<readonly FoundRepository[]> {
  await using transport = new Transport(context.registries, context.limits);
  const endpoint = openEndpoint(searchEndpoint(registry, context.registries), transport, context);
  const found =
    (await askSearch(endpoint, registry, text, limit, context)) ??
    (await searchCatalogue(endpoint, registry, text, context));
  return found.slice(0, limit);
}

function searchEndpoint(registry: string, settings: RegistrySettings): Endpoint {
  const own = ownEndpoint(registry, settings);
  if (registry !== 'docker.io') return own;
  return { ...own, name: dockerHubSearch, bases: [`https://${dockerHubSearch}`] };
}

/** Undefined where there is no such thing. */
async function askSearch(
  endpoint: RegistryEndpoint,
  registry: string,
  text: string,
  limit: number,
  { signal }: RegistryContext,
): Promise<readonly FoundRepository[] | undefined> {
  const query = new URLSearchParams({ q: text, n: String(limit) });
  const answer = await endpoint.request({ method: 'GET', to: `/v1/search?${query}`, scope: '', signal });
  if (answer.status === 404) {
    answer.body.discard();
    return undefined;
  }
  if (answer.status !== 200) throw await explainAnswer(answer, endpoint.name, 'searching');
  const bytes = await answer.body.whole('registryAnswerBytes', 'the list of what was found');
  const json = JsonReader.parse(bytes, 'the list of what was found');
  return json.objects('results').map((result) => toFound(result, registry));
}

function toFound(result: JsonReader, registry: string): FoundRepository {
  const name = result.text('name') ?? '';
  return {
    name: registry === 'docker.io' ? name : `${registry}/${name}`,
    description: result.text('description') ?? '',
    stars: result.number('star_count') ?? 0,
    isOfficial: result.flag('is_official') ?? false,
  };
}

async function searchCatalogue(
  endpoint: RegistryEndpoint,
  registry: string,
  text: string,
  context: RegistryContext,
): Promise<readonly FoundRepository[]> {
  const path = '/v2/_catalog?n=1000';
  const all = await readPages(
    endpoint,
    { path, scope: 'registry:catalog:*', key: 'repositories', isName: isRepository },
    context,
  );
  return all
    .filter((repository) => repository.includes(text))
    .sort()
    .map((repository) => ({
      name: familiarRepository({ registry, repository }),
      description: '',
      stars: 0,
      isOfficial: false,
    }));
}
