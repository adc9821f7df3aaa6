import { parseRegistry } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { FoundRepository } from '../../image/registry/search-registry.ts';

export interface Search {
  readonly registry: string;
  readonly term: string;
  readonly isWanted: (found: FoundRepository) => boolean;
}

/** `redis` is looked for on Docker Hub, `registry.example.org/team` there: what has a dot or a port before the first slash is a registry. */
export function parseSearch(text: string, filters: readonly string[]): Search {
  const tests = filters.map(parseFilter);
  const isWanted = (found: FoundRepository): boolean => tests.every((test) => test(found));
  const [, registry, term] = /^([^/]*[.:][^/]*|localhost)\/(.*)$/.exec(text) ?? [];
  return registry === undefined || term === undefined
    ? { registry: 'docker.io', term: text, isWanted }
    : { registry: parseRegistry(registry), term, isWanted };
}

function parseFilter(text: string): (found: FoundRepository) => boolean {
  const [, name, value = ''] = /^([a-z-]+)=(.*)$/.exec(text) ?? [];
  if (name === 'stars' && /^\d{1,9}$/.test(value)) return ({ stars }) => stars >= Number(value);
  if (name === 'is-official' && /^(?:true|false)$/.test(value))
    return ({ isOfficial }) => String(isOfficial) === value;
  throw new MayflyError('CLI_USAGE', `\`--filter ${text}\` is no filter`, {
    hint: 'there are stars=NUMBER and is-official=true|false',
  });
}
