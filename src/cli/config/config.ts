/** What mayfly.config.yaml may say (language.md R32); every value gives way to the command line's. */
export interface Config {
  /** Of a scenario that names none. */
  readonly timeoutMs?: number;
  /** For making the images of a scenario. */
  readonly imageTimeoutMs?: number;
  readonly jobs?: number;
  /** As after `--report`; files are absolute. */
  readonly reports?: readonly string[];
}
