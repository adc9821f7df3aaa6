import type { ExitStatus } from '../../core/container.ts';

/** `exit status 3`, `SIGKILL`, `SIGKILL (out of memory)`. */
export function renderExit(status: ExitStatus): string {
  const { code, signal } = status;
  return `${signal ?? `exit status ${code}`}${renderLimitHit(status)}`;
}

/** What the kernel held against it, in parentheses; of a process that ended well nothing is said. */
export function renderLimitHit({ code, oomKilled, processRefused }: ExitStatus): string {
  if (code === 0) return '';
  if (oomKilled) return ' (out of memory)';
  return processRefused ? ' (process limit reached)' : '';
}
