import type { Json } from '../../core/json.ts';

/**
 * What the language has and this version does not do. Using it ends in LANGUAGE_NOT_AVAILABLE_YET, never in a pass. Whoever
 * builds a thing deletes its line here; nothing else need be changed in the loader.
 */
export interface NotYet {
  /** In what it stands. */
  readonly in: 'scenario' | 'service' | 'image' | 'secret' | 'dependency' | 'step' | 'matcher' | 'condition';
  readonly key: string;
  /** For the message: `… is not available yet`. */
  readonly what: string;
  /** Values that ask for nothing new. */
  readonly unless?: (value: Json) => boolean;
  /** `validate` and `plan` accept it; only running says no. */
  readonly validates?: true;
}

const isMapping = (value: Json): boolean => typeof value === 'object' && value !== null;

export const notYet: readonly NotYet[] = [
  { in: 'scenario', key: 'include', what: 'including other files' },
  { in: 'scenario', key: 'policies', what: 'narrowing a network with `policies`' },
  { in: 'scenario', key: 'invariants', what: 'watching `invariants`' },
  { in: 'scenario', key: 'setup', what: '`setup` for cases' },
  { in: 'scenario', key: 'cases', what: 'running `cases` on forks' },
  { in: 'scenario', key: 'fragments', what: 'naming steps in `fragments`' },
  { in: 'scenario', key: 'configs', what: 'mounting `configs`' },
  { in: 'secret', key: 'file', what: 'a secret from a file' },

  { in: 'image', key: 'debian', what: 'making an image from Debian packages' },
  { in: 'image', key: 'build', what: 'building an image from a Dockerfile' },
  { in: 'image', key: 'registry', what: 'fetching an image from a registry', validates: true },

  { in: 'service', key: 'build', what: 'building an image from a Dockerfile' },
  { in: 'service', key: 'healthcheck', what: 'running a `healthcheck`' },
  {
    in: 'service',
    key: 'restart',
    what: 'restarting a service by itself',
    unless: (value) => value === 'no',
  },
  { in: 'service', key: 'configs', what: 'mounting `configs`' },
  { in: 'service', key: 'secrets', what: 'mounting `secrets`' },
  { in: 'service', key: 'profiles', what: 'choosing services by `profiles`' },
  { in: 'service', key: 'scale', what: 'several instances of a service', unless: (value) => value === 1 },
  { in: 'service', key: 'env_file', what: 'reading an `env_file`' },
  { in: 'service', key: 'extends', what: 'extending a service' },
  { in: 'service', key: 'platform', what: 'choosing a platform' },
  { in: 'service', key: 'pull_policy', what: 'fetching an image from a registry' },
  {
    in: 'dependency',
    key: 'restart',
    what: 'restarting a service by itself',
    unless: (value) => value === false,
  },
  {
    in: 'dependency',
    key: 'required',
    what: 'a dependency that need not be there',
    unless: (value) => value === true,
  },

  { in: 'step', key: 'processes', what: 'the step `processes`' },
  { in: 'step', key: 'ports', what: 'the step `ports`' },
  { in: 'step', key: 'dns', what: 'the step `dns`' },
  { in: 'step', key: 'image', what: 'the step `image`', unless: (value) => !isMapping(value) },
  { in: 'step', key: 'stats', what: 'the step `stats`' },
  { in: 'step', key: 'connectivity', what: 'the step `connectivity`' },
  { in: 'step', key: 'isolation', what: 'the step `isolation`' },
  { in: 'step', key: 'fault', what: 'the step `fault`' },
  { in: 'step', key: 'during', what: 'the step `fault`' },
  { in: 'step', key: 'parallel', what: 'the step `parallel`' },
  { in: 'step', key: 'use', what: 'the step `use`' },
  { in: 'step', key: 'with', what: 'the step `use`' },
  { in: 'step', key: 'background', what: 'a step in the background', unless: (value) => value === false },
  { in: 'step', key: 'tty', what: 'a step in a terminal', unless: (value) => value === false },

  { in: 'condition', key: 'healthcheck', what: 'running a `healthcheck`' },
  { in: 'condition', key: 'step', what: 'a step in the background' },
  { in: 'matcher', key: 'snapshot', what: 'comparing with a `snapshot`' },
];

/** R9: a service or an image that is a registry reference. */
export const registryReferences: Pick<NotYet, 'what' | 'validates'> | undefined = {
  what: 'fetching an image from a registry',
  validates: true,
};
