import type { ExitStatus } from '../../core/container.ts';

/** `exit status 3`, `SIGKILL`, `SIGKILL (out of memory)`. */
export function renderExit({ code, signal, oomKilled }: ExitStatus): string {
  const how = signal === undefined ? `exit status ${code}` : signal;
  return oomKilled ? `${how} (out of memory)` : how;
}
