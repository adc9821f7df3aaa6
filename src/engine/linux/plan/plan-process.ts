import type { ProcessSpec } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { SeccompProgram } from '../seccomp/seccomp-program.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { completeEnvironment } from './complete-environment.ts';
import { enterDirectory } from './make-target.ts';
import { planCredentials } from './plan-credentials.ts';
import { planRlimits } from './plan-rlimits.ts';
import type { ResolvedUser } from './resolve-user.ts';

/** Standard streams of a process, all of them the same descriptor with a terminal. */
export interface Stdio {
  readonly stdin: Slot;
  readonly stdout: Slot;
  readonly stderr: Slot;
  readonly isTerminal: boolean;
}

export interface ProcessChoice {
  readonly process: ProcessSpec;
  readonly user: ResolvedUser;
  readonly hostname: string;
  readonly seccomp: SeccompProgram | undefined;
  readonly mappedIds: number;
  /** A reaping pid 1 of ours stays behind. */
  readonly init: boolean;
  readonly stdio: Stdio;
  readonly scratch: Slot;
  /** The program itself, already open; undefined: the first word of `argv` names one of the image. */
  readonly program?: Slot;
}

/**
 * The last part of every tape that ends in a program: everything a process has of its own, in the order in which giving it up
 * allows. The current directory is the root of the container by now, and the working directory exists.
 */
export function planProcess(choice: ProcessChoice): Tape {
  const { process, user, stdio, hostname } = choice;
  const [program] = process.argv;
  if (program === undefined || program === '') {
    throw new MayflyError(
      'PROGRAM_NOT_FOUND',
      'there is no program to run: neither `command` nor the image names one',
      {
        hint: 'give `command` or `entrypoint`',
      },
    );
  }
  const env = completeEnvironment(process.environment, { hostname, home: user.home, tty: stdio.isTerminal });
  return [
    ...enterDirectory(process.workingDir, choice.scratch),
    { kind: 'umask', mask: 0o022 },
    ...planStdio(stdio),
    ...planRlimits(process.rlimits),
    { kind: 'closeRest' },
    ...planCredentials({
      capabilities: process.capabilities,
      noNewPrivileges: process.noNewPrivileges,
      user,
      seccomp: choice.seccomp,
      mayChangeGroups: choice.mappedIds > 1,
    }),
    ...(choice.init ? [{ kind: 'reap' } as const] : []),
    { kind: 'setsid' },
    ...(stdio.isTerminal ? [{ kind: 'controllingTerminal', slot: stdio.stdin } as const] : []),
    choice.program === undefined
      ? { kind: 'exec', path: program, argv: process.argv, env }
      : { kind: 'execSlot', slot: choice.program, argv: process.argv, env },
  ];
}

function planStdio({ stdin, stdout, stderr }: Stdio): Tape {
  return [stdin, stdout, stderr].map((slot, fd) => ({ kind: 'dupTo', slot, fd }) as const);
}
