/** One entry of apt's sources, whichever of the two formats of sources.list(5) it was written in. */
export interface AptEntry {
  readonly uris: readonly string[];
  /** `bookworm`, `bookworm-security`; a path that ends in `/` for a flat repository. */
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** All other fields as deb822 names them, values as written: `Signed-By`, `Trusted`, `Architectures` … */
  readonly fields: Readonly<Record<string, string>>;
  /** The file it stands in. */
  readonly file: string;
}
