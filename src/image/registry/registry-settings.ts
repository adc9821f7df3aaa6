/** What this machine and its user say of registries; the command line gathers it. */
export interface RegistrySettings {
  /** By the registry's name as references have it. */
  readonly rules: Readonly<Record<string, RegistryRule>>;
  /** By the registry's name: base URLs that are asked first, in this order. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  /** Files of certificates in PEM that are trusted by all; those of Node where none of them exists. */
  readonly authorityFiles: readonly string[];
  /** Directories as Docker's /etc/docker/certs.d: below `HOST:PORT/`, `*.crt` is trusted, `NAME.cert` and `NAME.key` are the client's. */
  readonly certificateDirectories: readonly string[];
  readonly proxies: Proxies;
  /** Docker's config.json, which holds logins or says who does. */
  readonly loginFile: string;
  /** For credential helpers, which look for their own files. */
  readonly helperEnvironment: Readonly<Record<string, string>>;
  readonly userAgent: string;
}

export interface RegistryRule {
  /** Plain http, which is otherwise for loopback only. */
  readonly isPlain?: boolean;
  /** A file in PEM. */
  readonly authorityFile?: string;
}

/** As the environment has them; empty where there is none. */
export interface Proxies {
  readonly http: string;
  readonly https: string;
  /** Hosts that are reached directly, separated by commas. */
  readonly none: string;
}

/** Nothing is known: loopback and public registries, without a login. */
export const noRegistrySettings: RegistrySettings = {
  rules: {},
  mirrors: {},
  authorityFiles: [],
  certificateDirectories: [],
  proxies: { http: '', https: '', none: '' },
  loginFile: '',
  helperEnvironment: {},
  userAgent: 'mayfly',
};
