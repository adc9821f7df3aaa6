/** Every bound of a run, with its default. An error that meets one names it; the configuration may raise it. */
export interface RunLimits {
  /** Standard output and standard error of one step, together. */
  readonly outputBytes: number;
  /** Body of one HTTP response. */
  readonly bodyBytes: number;
  /** One file that a step looks into. */
  readonly fileBytes: number;
  /** What one `copy` moves. */
  readonly copyBytes: number;
  /** Text of one fact in an event; more is cut, and says so. */
  readonly keepCharacters: number;
  /** Lines of a service's log kept for waits, matchers and problems. */
  readonly logLines: number;
  /** Characters of a service's log kept. */
  readonly logCharacters: number;
  /** A longer line is split. */
  readonly lineCharacters: number;
  /** Of every service's log, shown with a problem. */
  readonly problemLogLines: number;
  /** Until all images are there and the sandbox is open; the scenario's own time-out begins then. */
  readonly imagesMs: number;
  /** Of `finally`, all steps together. */
  readonly finallyBudgetMs: number;
  /** Of teardown. */
  readonly teardownBudgetMs: number;
  /** How long output is awaited after its process has ended: a child may hold the pipe open. */
  readonly drainMs: number;
}

export const defaultRunLimits: RunLimits = {
  outputBytes: 10 * 2 ** 20,
  bodyBytes: 10 * 2 ** 20,
  fileBytes: 64 * 2 ** 20,
  copyBytes: 2 ** 30,
  keepCharacters: 64 * 2 ** 10,
  logLines: 20_000,
  logCharacters: 8 * 2 ** 20,
  lineCharacters: 16 * 2 ** 10,
  problemLogLines: 20,
  imagesMs: 15 * 60_000,
  finallyBudgetMs: 60_000,
  teardownBudgetMs: 20_000,
  drainMs: 250,
};
