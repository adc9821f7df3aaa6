import { MayflyError } from '../../core/mayfly-error.ts';
import type { ProgramRunner } from '../program-runner.ts';
import { type ProgramResult, runProgram } from '../run-program.ts';

/** Debian's programs with the environment in which they say what this code understands. */
export class AptRunner {
  readonly #programs: ProgramRunner;
  readonly #signal: AbortSignal;

  constructor(programs: ProgramRunner, signal: AbortSignal) {
    this.#programs = programs;
    this.#signal = signal;
  }

  /** @throws MayflyError HOST_MISSING_PROGRAM */
  async require(program: string, debianPackage: string): Promise<string> {
    const path = await this.#programs.find(program);
    if (path !== undefined) return path;
    throw new MayflyError('HOST_MISSING_PROGRAM', `\`debian:\` needs ${program}, which is not installed`, {
      hint: `install the package ${debianPackage} (Debian, Ubuntu: apt install ${debianPackage})`,
    });
  }

  /** With the machine's own configuration, or in a root of apt's own. */
  run(
    argv: readonly [string, ...string[]],
    workingDirectory: string,
    configPath?: string,
    onLine?: (line: string) => void,
  ): Promise<ProgramResult> {
    const environment = {
      ...aptEnvironment,
      ...(configPath === undefined ? {} : { APT_CONFIG: configPath }),
    };
    return runProgram(
      this.#programs,
      { argv, environment, workingDirectory },
      { signal: this.#signal, ...(onLine === undefined ? {} : { onLine }) },
    );
  }
}

export const aptEnvironment: Readonly<Record<string, string>> = {
  LC_ALL: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
};
