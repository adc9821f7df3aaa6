/** The most a report shows. Whatever is cut says so, and by how much. */
export const reportLimits = {
  /** Of each container's log, the last ones; the fold keeps no more. */
  logTailLines: 20,
  /** Of what a problem recorded of each log; `on_failure: [logs]` asks for that many. */
  recordedLogLines: 200,
  /** Of one line that a container or a fact supplied. */
  lineCharacters: 500,
  /** Of one expected or actual value. */
  valueLines: 20,
  diffLines: 60,
  problemsPerStep: 20,
  /** Of a matrix of a `connectivity` step that is shown whole. */
  matrixRows: 24,
  matrixColumns: 48,
  leaksPerScenario: 20,
  warnings: 20,
  /** Of a step's captured output in JUnit. */
  outputLines: 200,
  /** Of one line of a recorded event stream. */
  eventLineCharacters: 16 * 2 ** 20,
} as const;
