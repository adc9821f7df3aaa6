/**
 * The port through which sources run programs of this machine, which image/ may not do itself; `engine/linux` implements it.
 * A program gets a process group of its own, and whatever becomes of Mayfly, nothing of that group outlives it.
 */
export interface ProgramRunner {
  /** Its absolute path; undefined when it is not installed. */
  find(program: string): Promise<string | undefined>;
  start(command: ProgramCommand): RunningProgram;
}

export interface ProgramCommand {
  readonly argv: readonly [string, ...string[]];
  /** Complete but for PATH and the proxies of this machine's environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

export interface RunningProgram {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Never rejects but when the program could not be started. */
  readonly ended: Promise<ProgramEnd>;
  /** SIGTERM to the whole group, SIGKILL after a grace. Resolves when it has ended; fine when it already has. */
  stop(): Promise<void>;
}

export interface ProgramEnd {
  /** 0–255; 128 + signal when killed by one. */
  readonly code: number;
}

/** For whoever puts the parts together without one: every program is missing. */
export const noPrograms: ProgramRunner = {
  find: async () => undefined,
  start: () => {
    throw new Error('no programs can be run here');
  },
};
