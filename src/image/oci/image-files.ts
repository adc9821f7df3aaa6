/** The files of an OCI layout or a docker-save archive, wherever they lie. Paths are relative, with `/`. */
export interface ImageFiles {
  /** For messages: the path on this machine. */
  readonly where: string;
  has(path: string): boolean;
  open(path: string): AsyncIterable<Uint8Array>;
}
