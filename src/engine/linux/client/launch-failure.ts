import { MayflyError } from '../../../core/mayfly-error.ts';
import { describeOp } from '../tape/describe-op.ts';
import { errnoName, renderErrno } from '../tape/errno.ts';
import type { Op, Tape } from '../tape/op.ts';

/** What the launcher says of a failed operation. */
export interface LaunchFailure {
  readonly opIndex: number;
  readonly opCode: number;
  readonly errno: number;
  /** netlink: which message was refused; malformed tape: at which byte. */
  readonly detail: number;
}

const noOp = 0xffff_ffff;

/** The sentence for a failed operation of a tape, and the error code that fits it. */
export function launchError(tape: Tape, failure: LaunchFailure): MayflyError {
  if (failure.opIndex === noOp) {
    return new MayflyError('INTERNAL', `the launcher refused a malformed tape at byte ${failure.detail}`);
  }
  const op = tape[failure.opIndex];
  if (op === undefined) {
    return new MayflyError(
      'LAUNCH_FAILED',
      `operation ${failure.opIndex} failed: ${renderErrno(failure.errno)}`,
    );
  }
  if (op.kind === 'exec') return execError(op, failure.errno);
  if (op.kind === 'chdirSlot') return directoryError(tape[failure.opIndex - 1], failure.errno);
  // The number and the kind are those of `mayfly explain`.
  const where = `operation ${failure.opIndex}, ${op.kind}`;
  return new MayflyError('LAUNCH_FAILED', `${describeOp(op)}: ${renderErrno(failure.errno)} (${where})`, {
    cause: { opIndex: failure.opIndex, kind: op.kind, errno: errnoName(failure.errno) },
  });
}

/** The operation before has opened it (plan/make-target.ts). */
function directoryError(opened: Op | undefined, errno: number): MayflyError {
  const path = opened?.kind === 'open' ? opened.path : '';
  return new MayflyError(
    'LAUNCH_FAILED',
    `the working directory ${path} cannot be entered: ${renderErrno(errno)}`,
    { hint: 'check `working_dir` or `workdir`, and WORKDIR of the image' },
  );
}

function execError(op: Extract<Op, { kind: 'exec' }>, errno: number): MayflyError {
  const program = op.path;
  switch (errnoName(errno)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new MayflyError('PROGRAM_NOT_FOUND', `${program}: there is no such program in the container`);
    case 'ELIBACC':
      return new MayflyError(
        'PROGRAM_NOT_EXECUTABLE',
        `${program}: it is there, but the interpreter it names (its #! line, or its loader) is not in the container`,
        { hint: 'add the interpreter to the image, or use a program built for this image' },
      );
    case 'EACCES':
      return new MayflyError('PROGRAM_NOT_EXECUTABLE', `${program}: the user may not execute it`);
    case 'ENOEXEC':
      return new MayflyError(
        'PROGRAM_NOT_EXECUTABLE',
        `${program}: not a program this machine can execute (exec format error)`,
      );
    default:
      return new MayflyError('LAUNCH_FAILED', `exec ${program}: ${renderErrno(errno)}`);
  }
}
