/** The part of an OCI image configuration that decides how a container starts (image-spec config.md). */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** `NAME=value`, in order. */
  readonly environment: readonly string[];
  /** `user[:group]`, names or numbers; empty means root. */
  readonly user: string;
  /** Absolute; empty means `/`. */
  readonly workingDir: string;
  /** `8080/tcp`. */
  readonly exposedPorts: readonly string[];
  /** Absolute paths. */
  readonly volumes: readonly string[];
  /** A signal's name or number; empty means SIGTERM. */
  readonly stopSignal: string;
  readonly shell: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly healthcheck?: ImageHealthcheck;
}

export interface ImageHealthcheck {
  /** `['CMD', …]`, `['CMD-SHELL', text]` or `['NONE']`. */
  readonly test: readonly string[];
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly startPeriodMs?: number;
  /** How often within the start period. */
  readonly startIntervalMs?: number;
  readonly retries?: number;
}

export const emptyImageConfig: ImageConfig = {
  entrypoint: [],
  command: [],
  environment: [],
  user: '',
  workingDir: '',
  exposedPorts: [],
  volumes: [],
  stopSignal: '',
  shell: ['/bin/sh', '-c'],
  labels: {},
};

/** An unpacked, immutable layer in the store. */
export interface Layer {
  /** The layer's name below the store's `layers/` directory: one path component, without `:` `,` or `\`. */
  readonly directory: string;
  /** `sha256:…` of the uncompressed tar (OCI DiffID), or of the layer's recipe where there is no tar. */
  readonly diffId: string;
  readonly sizeBytes: number;
}

/** An image ready to start containers from: its layers are unpacked. */
export interface Image {
  /** `sha256:…` of the configuration. */
  readonly id: string;
  /** The name under which the scenario knows it. */
  readonly name: string;
  /** Lowest first. */
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly createdAt: string;
  readonly sizeBytes: number;
  /** Its id before the scenario changed its configuration. */
  readonly sourceId?: string;
  /** `sha256:…` under which its registry has it: of a manifest, or of an index that leads to it. */
  readonly digest?: string;
  /** `name=version`, sorted, of an image that is made of packages. */
  readonly packages?: readonly string[];
}

/** Where an image comes from, as a scenario's `images:` entry says it. Paths are absolute. */
export type ImageSource =
  | { readonly kind: 'host'; readonly programs: readonly string[]; readonly files: readonly string[] }
  | { readonly kind: 'rootfs'; readonly path: string }
  | { readonly kind: 'archive'; readonly path: string; readonly reference?: string }
  | { readonly kind: 'oci'; readonly path: string; readonly reference?: string }
  | { readonly kind: 'registry'; readonly reference: string }
  | {
      readonly kind: 'debian';
      readonly options: import('./json.ts').JsonObject;
      /** `name=version` of everything in it, as `mayfly.lock` has it: these and no others. */
      readonly locked?: readonly string[];
    }
  | { readonly kind: 'build'; readonly options: import('./json.ts').JsonObject };

export interface ImageRequest {
  readonly name: string;
  readonly source: ImageSource;
  /** Replaces fields of the source's own configuration; `environment` and `labels` are added to it. */
  readonly configOverrides: Partial<ImageConfig>;
  /** The id that it has to have before the changes, as `mayfly.lock` has it; another is IMAGE_NOT_LOCKED. */
  readonly lockedId?: string;
  /** When its source is asked for it, as Compose's `pull_policy`; undefined: when it is not in the store. */
  readonly pull?: 'always' | 'never' | 'missing';
}

/** Makes images ready. `image/` implements it; the runner and the builder use it. */
export interface ImageProvider {
  /**
   * Unpacks what is not yet unpacked and returns the image. Safe to call concurrently, also from several processes.
   * `onProgress` gets one short line per stage.
   */
  prepare(request: ImageRequest, onProgress: (line: string) => void, signal: AbortSignal): Promise<Image>;
}
