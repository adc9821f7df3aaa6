import type { RegistryRule } from '../../image/registry/registry-settings.ts';

/** What mayfly.config.yaml may say (language.md R32); every value gives way to the command line's. */
export interface Config {
  /** Of a scenario that names none. */
  readonly timeoutMs?: number;
  /** For making the images of a scenario. */
  readonly imageTimeoutMs?: number;
  readonly jobs?: number;
  /** As after `--report`; files are absolute. */
  readonly reports?: readonly string[];
  /** By a registry's name. */
  readonly registries?: Readonly<Record<string, RegistryRule>>;
  /** By a registry's name: URLs that are asked first. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>>;
}
