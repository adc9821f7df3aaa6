/** What is to be built, as the command line or a scenario says it. Paths are absolute. */
export interface BuildRequest {
  /** A directory. */
  readonly context: string;
  /** For messages; its text is `dockerfileText`. */
  readonly dockerfile: string;
  readonly dockerfileText: string;
  /** The text of `DOCKERFILE.dockerignore`, else of the context's `.dockerignore`; empty without either. */
  readonly ignoreText: string;
  /** Stage to build; the last one if absent. */
  readonly target?: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** Added to the image's own. */
  readonly labels: Readonly<Record<string, string>>;
  /** By id; of `RUN --mount=type=secret`. */
  readonly secrets: Readonly<Record<string, Uint8Array>>;
  /** Whether RUN may reach other networks: only where the build says so. */
  readonly network: 'none' | 'default';
  /** Run every step anew. */
  readonly noCache: boolean;
  /** Seconds since 1970: no file of a step is younger. */
  readonly sourceDateEpoch: number;
  /** Images and directories by the names that FROM and `--from` use. */
  readonly contexts: Readonly<Record<string, NamedContext>>;
}

export type NamedContext =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'image'; readonly source: import('../../core/image.ts').ImageSource };
