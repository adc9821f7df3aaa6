import { MayflyError } from './mayfly-error.ts';

/** A name of an image, taken apart and in full, as distribution/reference does it (normalize.go). */
export interface ImageReference {
  /** `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** `library/alpine`. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…` of a manifest or an index. */
  readonly digest?: string;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const registry = `(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?`;
const tag = '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}';

const pathPattern = new RegExp(`^${component}(?:/${component})*$`);
const registryPattern = new RegExp(`^${registry}$`);
const tagPattern = new RegExp(`^${tag}$`);
const digestPattern = /^sha256:[0-9a-f]{64}$/;

const dockerHub = 'docker.io';
/** distribution/reference, RepositoryNameTotalLengthMax. */
const repositoryLength = 255;
const longest = 512;

/**
 * Docker's short names are completed: `alpine` is `docker.io/library/alpine`. A missing tag stays missing.
 *
 * @throws MayflyError IMAGE_REFERENCE_INVALID
 */
export function parseImageReference(text: string): ImageReference {
  const read = readReference(text);
  if ('wrong' in read) {
    throw new MayflyError(
      'IMAGE_REFERENCE_INVALID',
      `${JSON.stringify(text.slice(0, longest))} is no image reference: ${read.wrong}`,
    );
  }
  return read;
}

export function isImageReference(text: string): boolean {
  return !('wrong' in readReference(text));
}

export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

/** In full, without its registry. */
export function isRepository(text: string): boolean {
  return text.length <= repositoryLength && pathPattern.test(text);
}

/**
 * `HOST[:PORT]`, as a reference may begin with it; Docker Hub under its one name.
 *
 * @throws MayflyError IMAGE_REFERENCE_INVALID
 */
export function parseRegistry(text: string): string {
  if (registryPattern.test(text)) return text === 'index.docker.io' ? dockerHub : text;
  throw new MayflyError(
    'IMAGE_REFERENCE_INVALID',
    `${JSON.stringify(text.slice(0, longest))} is no registry`,
    {
      hint: 'write HOST or HOST:PORT',
    },
  );
}

/** As it is with neither tag nor digest: `latest` is meant. */
export function withDefaultTag(reference: ImageReference): ImageReference {
  return reference.tag === undefined && reference.digest === undefined
    ? { ...reference, tag: 'latest' }
    : reference;
}

/** In full: `docker.io/library/alpine:3.20`. */
export function renderReference(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}${renderEnd(reference)}`;
}

/** As people know it: `alpine:3.20`. */
export function renderFamiliar(reference: ImageReference): string {
  return `${familiarRepository(reference)}${renderEnd(reference)}`;
}

/** `alpine`, `example.org/team/app`. */
export function familiarRepository({ registry: host, repository }: ImageReference): string {
  if (host !== dockerHub) return `${host}/${repository}`;
  const short = /^library\/([^/]+)$/.exec(repository)?.[1] ?? repository;
  // What would be read as a registry keeps its own.
  return splitRegistry(short).registry === dockerHub ? short : `${host}/${repository}`;
}

function renderEnd({ tag: name, digest }: ImageReference): string {
  return `${name === undefined ? '' : `:${name}`}${digest === undefined ? '' : `@${digest}`}`;
}

function readReference(text: string): ImageReference | { readonly wrong: string } {
  if (text.length > longest) return { wrong: `it is longer than ${longest} characters` };
  if (/^[0-9a-f]{64}$/.test(text)) return { wrong: '64 hexadecimal digits are an id, not a name' };
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  if (digest !== undefined && !digestPattern.test(digest))
    return { wrong: 'after `@` stands `sha256:` and 64 lower-case hexadecimal digits' };
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const given = colon < 0 ? undefined : named.slice(colon + 1);
  if (given !== undefined && !tagPattern.test(given))
    return {
      wrong: 'a tag has at most 128 letters, digits, `_`, `.` and `-`, and begins with none of the last two',
    };
  const { registry: host, path } = splitRegistry(colon < 0 ? named : named.slice(0, colon));
  const repository = host === dockerHub && !path.includes('/') ? `library/${path}` : path;
  if (!registryPattern.test(host)) return { wrong: `${JSON.stringify(host)} is no registry` };
  if (path !== path.toLowerCase()) return { wrong: 'a repository is written in lower case' };
  if (!pathPattern.test(path)) return { wrong: `${JSON.stringify(path)} is no repository` };
  if (repository.length > repositoryLength)
    return { wrong: `a repository has at most ${repositoryLength} characters` };
  return {
    registry: host,
    repository,
    ...(given === undefined ? {} : { tag: given }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The first part is a registry when it cannot be anything else (normalize.go, splitDockerDomain). */
function splitRegistry(name: string): { readonly registry: string; readonly path: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (!isRegistry) return { registry: dockerHub, path: name };
  const path = name.slice(slash + 1);
  return { registry: first === 'index.docker.io' ? dockerHub : first, path };
}
