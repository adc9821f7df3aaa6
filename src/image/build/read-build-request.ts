import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { ImageSource } from '../../core/image.ts';
import type { JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { BuildRequest, NamedContext } from './build-request.ts';
import { readBuildFile } from './read-build-file.ts';

/** The same words as Compose's `build:`; paths are absolute, or count from the context. */
export interface BuildOptions {
  readonly context: string;
  readonly dockerfile?: string;
  readonly dockerfile_inline?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** `default` gives RUN a way out; else there is none. */
  readonly network?: 'none' | 'default';
  readonly no_cache?: boolean;
  readonly platform?: string;
  /** A text as on the command line, or the source of an image. */
  readonly additional_contexts?: Readonly<Record<string, string | ImageSource>>;
}

/** Of an image's record, and as such JSON: it was checked where it was written. */
export function parseBuildOptions(json: JsonObject): BuildOptions {
  const { context } = json;
  if (typeof context !== 'string' || !isAbsolute(context))
    throw new MayflyError('INTERNAL', 'a build has no context');
  return json as unknown as BuildOptions;
}

/** Reads what a build is told by files beside its context: the Dockerfile, and what is to be ignored. */
export function readBuildRequest(
  options: BuildOptions,
  secrets: Readonly<Record<string, Uint8Array>>,
): BuildRequest {
  const { context } = options;
  if (statSync(context, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new MayflyError('IMAGE_NOT_FOUND', `the build context ${context} is no directory`);
  const file = findDockerfile(options);
  const args = options.args ?? {};
  return {
    context,
    dockerfile: file ?? 'inline Dockerfile',
    dockerfileText: file === undefined ? (options.dockerfile_inline ?? '') : readBuildFile(file, context),
    ignoreText: readIgnore(context, file),
    ...(options.target === undefined ? {} : { target: options.target }),
    buildArguments: args,
    labels: options.labels ?? {},
    secrets,
    network: options.network ?? 'none',
    noCache: options.no_cache ?? false,
    sourceDateEpoch: parseEpoch(args.SOURCE_DATE_EPOCH),
    contexts: Object.fromEntries(
      Object.entries(options.additional_contexts ?? {}).map(([name, given]) => [
        name,
        typeof given === 'string' ? parseContext(given, context) : { kind: 'image', source: given },
      ]),
    ),
  };
}

function findDockerfile({ context, dockerfile, dockerfile_inline }: BuildOptions): string | undefined {
  if (dockerfile_inline !== undefined) return undefined;
  const names = dockerfile === undefined ? ['Dockerfile', 'Containerfile'] : [dockerfile];
  const found = names.map((name) => resolve(context, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new MayflyError('IMAGE_NOT_FOUND', `there is no ${names.join(' or ')} in ${context}`, {
    hint: 'name the Dockerfile with `-f`, or `dockerfile:` in a scenario',
  });
}

/** `Dockerfile.dockerignore` goes before the context's own. */
function readIgnore(context: string, file: string | undefined): string {
  const paths = [...(file === undefined ? [] : [`${file}.dockerignore`]), join(context, '.dockerignore')];
  const found = paths.find((path) => existsSync(path));
  return found === undefined ? '' : readBuildFile(found, context);
}

/** https://reproducible-builds.org/specs/source-date-epoch/; without it, the beginning of time. */
function parseEpoch(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (/^\d{1,11}$/.test(text)) return Number(text);
  throw new MayflyError('CLI_USAGE', `SOURCE_DATE_EPOCH is \`${text}\`, which is no number of seconds`);
}

/** As `docker build --build-context` has it, and Compose's `additional_contexts`. */
function parseContext(text: string, context: string): NamedContext {
  const [, scheme = '', rest = ''] = /^([a-z-]+):\/\/(.*)$/.exec(text) ?? [];
  switch (scheme) {
    case '':
      return fromPath(resolve(context, text));
    case 'oci-layout': {
      const [path = '', reference] = rest.split(/[:@](?=[^/]*$)/);
      return {
        kind: 'image',
        source: {
          kind: 'oci',
          path: resolve(context, path),
          ...(reference === undefined ? {} : { reference }),
        },
      };
    }
    case 'docker-image':
      return { kind: 'image', source: { kind: 'registry', reference: rest } };
    default:
      throw new MayflyError('CLI_USAGE', `a build context cannot come from \`${scheme}://\``, {
        hint: 'write a path, oci-layout://PATH or docker-image://REFERENCE',
      });
  }
}

/** A directory is copied from; a tar is an archive of an image, or a whole file system. */
function fromPath(path: string): NamedContext {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) throw new MayflyError('IMAGE_NOT_FOUND', `${path} does not exist`);
  return facts.isDirectory()
    ? { kind: 'directory', path }
    : { kind: 'image', source: { kind: 'archive', path } };
}
