import { posix } from 'node:path';

/** Shells that know `-e` (leave at the first failure) and `-c`. */
const posixShells: readonly string[] = ['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'zsh'];

/**
 * The argument list for a command given as text (language.md R17): through the image's shell with `-e -c`, or through `shell:`,
 * which is taken as it is written; the bare name of a POSIX shell stands for itself with `-e -c`.
 */
export function shellArgv(
  text: string,
  imageShell: readonly string[],
  stepShell: readonly string[] | undefined,
): readonly string[] {
  if (stepShell !== undefined && (stepShell.length > 1 || !isPosixShell(stepShell)))
    return [...stepShell, text];
  return [...withErrexit(stepShell ?? imageShell), text];
}

function withErrexit(shell: readonly string[]): readonly string[] {
  if (!isPosixShell(shell)) return shell;
  if (shell.length === 1) return [...shell, '-e', '-c'];
  return shell.at(-1) === '-c' ? [...shell.slice(0, -1), '-e', '-c'] : shell;
}

function isPosixShell([program = '']: readonly string[]): boolean {
  return posixShells.includes(posix.basename(program));
}
