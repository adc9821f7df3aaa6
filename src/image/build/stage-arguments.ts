import { type ImagePlatform, renderPlatform } from '../image-platform.ts';
import type { ArgumentSource } from './apply-config.ts';
import type { BuildRequest } from './build-request.ts';
import { dockerfileError } from './dockerfile/dockerfile-error.ts';
import { expandWord } from './dockerfile/expand-word.ts';
import type { PlannedDockerfile } from './plan-stages.ts';

/** Given to RUN where they come from outside, without an ARG; not in the image, and not in the cache's keys. */
const proxyNames = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);

/** The arguments of a build: those given, those of the platform, those before the first FROM. */
export class StageArguments implements ArgumentSource {
  readonly #given: Readonly<Record<string, string>>;
  readonly #global: ReadonlyMap<string, string | undefined>;
  readonly #asked = new Set<string>();

  constructor(
    { file, globals }: PlannedDockerfile,
    { buildArguments }: BuildRequest,
    platform: ImagePlatform,
  ) {
    this.#given = buildArguments;
    const global = new Map<string, string | undefined>(Object.entries(platformArguments(platform)));
    for (const { written, declaration } of globals) {
      const { name, value } = declaration;
      try {
        const own =
          value === undefined
            ? undefined
            : expandWord(value, (each) => global.get(each), file.escapeCharacter);
        global.set(name, this.given(name) ?? own ?? global.get(name));
      } catch (error) {
        throw dockerfileError(file.file, written, error instanceof Error ? error.message : String(error));
      }
    }
    this.#global = global;
  }

  readonly given = (name: string): string | undefined => {
    this.#asked.add(name);
    return Object.hasOwn(this.#given, name) ? this.#given[name] : undefined;
  };

  readonly global = (name: string): string | undefined => this.#global.get(name);

  /** `NAME=value` of proxies that were given. */
  get proxies(): readonly string[] {
    return proxyNames.flatMap((name) =>
      Object.hasOwn(this.#given, name) ? [`${name}=${this.#given[name]}`] : [],
    );
  }

  /** Given, and no ARG of what was built asks for them. */
  get unused(): readonly string[] {
    return Object.keys(this.#given).filter(
      (name) => !this.#asked.has(name) && !proxyNames.includes(name) && name !== 'SOURCE_DATE_EPOCH',
    );
  }
}

function platformArguments(platform: ImagePlatform): Readonly<Record<string, string>> {
  const { os, architecture, variant = '' } = platform;
  const of = (prefix: string): Readonly<Record<string, string>> => ({
    [`${prefix}PLATFORM`]: renderPlatform(platform),
    [`${prefix}OS`]: os,
    [`${prefix}ARCH`]: architecture,
    [`${prefix}VARIANT`]: variant,
  });
  return { ...of('BUILD'), ...of('TARGET') };
}
