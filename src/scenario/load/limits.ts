/** How much a scenario file may hold (R5). Each is named in the error that says it is exceeded. */
export interface LoadLimits {
  readonly fileBytes: number;
  readonly documents: number;
  /** How deep lists and mappings nest, aliases followed. */
  readonly depth: number;
  /** Aliases (`*name`) in one document. */
  readonly aliases: number;
  /** Values of one document, with everything counted once for each alias that repeats it. */
  readonly values: number;
  readonly services: number;
  readonly images: number;
  readonly networks: number;
  readonly volumes: number;
  readonly vars: number;
  /** All steps of a scenario, nested ones too. */
  readonly steps: number;
  /** Files that `include` and `extends` bring in, each counted once. */
  readonly linkedFiles: number;
  /** How far one of them leads to another. */
  readonly linkDepth: number;
  /** Combinations of a matrix, as in GitHub Actions. */
  readonly matrix: number;
  /** Errors shown for one file. */
  readonly errors: number;
}

export const defaultLimits: LoadLimits = {
  fileBytes: 1_048_576,
  documents: 100,
  depth: 64,
  aliases: 1000,
  values: 100_000,
  services: 500,
  images: 200,
  networks: 100,
  volumes: 500,
  vars: 1000,
  steps: 5000,
  linkedFiles: 50,
  linkDepth: 10,
  matrix: 256,
  errors: 100,
};
