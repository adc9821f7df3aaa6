import { MayflyError } from '../../core/mayfly-error.ts';
import { limitError } from '../image-limits.ts';
import { JsonReader } from '../read-json.ts';
import { explainAnswer } from './explain-answer.ts';
import type { RegistryContext } from './registry-context.ts';
import type { RegistryEndpoint } from './registry-endpoint.ts';

export interface PagedList {
  readonly path: string;
  readonly scope: string;
  /** Of the list in the answer. */
  readonly key: 'tags' | 'repositories';
  /** What may stand in it. They become parts of URLs, of names in the store and of what a terminal shows. */
  readonly isName: (text: string) => boolean;
}

/** A list that comes in pages, each with a Link to the next (RFC 8288). */
export async function readPages(
  endpoint: RegistryEndpoint,
  { path, scope, key, isName }: PagedList,
  { limits, signal }: Pick<RegistryContext, 'limits' | 'signal'>,
): Promise<readonly string[]> {
  const all: string[] = [];
  let next: string | URL | undefined = path;
  for (let pages = 0; next !== undefined; pages += 1) {
    const answer = await endpoint.request({ method: 'GET', to: next, scope, signal });
    if (answer.status !== 200) throw await explainAnswer(answer, endpoint.name, `listing its ${key}`);
    const bytes = await answer.body.whole('registryAnswerBytes', `the list of ${key}`);
    const names = JsonReader.parse(bytes, `the list of ${key}`).texts(key) ?? [];
    const strange = names.find((name) => !isName(name));
    if (strange !== undefined) throw noName(strange, key, endpoint.name);
    all.push(...names);
    const link = nextOf(answer.header('link'));
    next = link === undefined ? undefined : toUrl(link, answer.url, endpoint.name);
    // A page with nothing in it leads nowhere, whatever it says.
    if (names.length === 0) next = undefined;
    if (pages >= limits.registryPages && next !== undefined)
      throw limitError('registryPages', limits, `${endpoint.name} has too many ${key}`);
  }
  return all;
}

function noName(text: string, key: PagedList['key'], registry: string): MayflyError {
  const shown = JSON.stringify(text.slice(0, 200)).replace(/[^\x20-\x7e]/g, '?');
  return new MayflyError('REGISTRY_REFUSED', `${registry} lists ${shown} among its ${key}, which is no name`);
}

function nextOf(header: string | undefined): string | undefined {
  return /<([^<>]*)>\s*;\s*rel="?next"?/.exec(header ?? '')?.[1];
}

function toUrl(link: string, base: URL, name: string): URL {
  try {
    const url = new URL(link, base);
    if (url.origin === base.origin) return url;
  } catch {
    // told below
  }
  throw new MayflyError(
    'REGISTRY_REFUSED',
    `${name} continues its list at ${JSON.stringify(link.slice(0, 200))}`,
  );
}
