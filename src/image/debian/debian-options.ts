import type { Json, JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';

/** What is installed at least: the variants of mmdebstrap(1). */
export const debianVariants = [
  'essential',
  'apt',
  'minbase',
  'required',
  'important',
  'standard',
  'buildd',
  'custom',
  'extract',
] as const;
export type DebianVariant = (typeof debianVariants)[number];

/** A `debian:` of a scenario, judged: nothing in it can be taken for an option or a pattern by apt or mmdebstrap. */
export interface DebianOptions {
  readonly suite: string;
  /** `packages` and `include` together, sorted, each once; `name`, `name:arch` or either with `=version`. */
  readonly packages: readonly string[];
  /** Undefined: those of the machine's own entries. */
  readonly components: readonly string[] | undefined;
  readonly variant: DebianVariant;
  /** Undefined: the machine's own. */
  readonly mirror: string | undefined;
}

/** The smallest that is what a user of Debian expects: essential and required packages, and apt. */
const defaultVariant: DebianVariant = 'minbase';

/** A release's codename or suite: `bookworm`, `stable`, `bookworm-backports`. */
const suitePattern = /^[a-z][a-z0-9.-]{0,63}$/;
/** Debian policy 5.6.7, and 5.6.12 for versions; apt would read a final `-` as "remove". */
const packagePattern =
  /^[a-z0-9][a-z0-9+.-]{0,127}(?<!-)(?::[a-z0-9-]{1,32})?(?:=[0-9][A-Za-z0-9.+:~-]{0,127})?$/;
const componentPattern = /^[a-z][a-z0-9.-]{0,63}(?:\/[a-z0-9.-]{1,64})?$/;
const mirrorPattern = /^https?:\/\/[!-~]{1,2000}$/;

export function parseDebianOptions(options: JsonObject): DebianOptions {
  const packages = [...texts(options, 'packages'), ...texts(options, 'include')];
  const components = texts(options, 'components');
  const mirror = optionalText(options, 'mirror');
  const variant = debianVariants.find((known) => known === (options.variant ?? defaultVariant));
  if (variant === undefined) throw wrong('variant', options.variant, debianVariants.join(', '));
  if (packages.length === 0 && (variant === 'custom' || variant === 'extract'))
    throw wrong('packages', null, `at least one package: \`variant: ${variant}\` installs nothing else`);
  return {
    suite: checked(
      'suite',
      optionalText(options, 'suite') ?? '',
      suitePattern,
      'a release such as `bookworm`',
    ),
    packages: distinct(packages).map((name) =>
      checked('packages', name, packagePattern, 'a package such as `redis-server`, or `name=version`'),
    ),
    components:
      components.length === 0
        ? undefined
        : distinct(components).map((name) =>
            checked('components', name, componentPattern, 'a component such as `main`'),
          ),
    variant,
    mirror:
      mirror === undefined
        ? undefined
        : checked('mirror', mirror, mirrorPattern, 'an address that begins with http:// or https://'),
  };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function checked(key: string, text: string, pattern: RegExp, wanted: string): string {
  if (pattern.test(text)) return text;
  throw wrong(key, text, wanted);
}

function optionalText(options: JsonObject, key: string): string | undefined {
  const value = options[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(key, value, 'a text');
}

function texts(options: JsonObject, key: string): readonly string[] {
  const value = options[key];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
  throw wrong(key, value, 'a list of texts');
}

function wrong(key: string, value: Json | undefined, wanted: string): MayflyError {
  return new MayflyError(
    'SCENARIO_WRONG_VALUE',
    `\`debian: ${key}\`: ${JSON.stringify(value ?? null).slice(0, 200)}`,
    {
      hint: `write ${wanted}`,
    },
  );
}
