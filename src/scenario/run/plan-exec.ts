import type { ContainerSpec, ProcessSpec } from '../../core/container.ts';

/** What a step may say of a process, over its service's own words. */
export interface ExecChange {
  readonly user?: string;
  readonly workingDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: boolean;
  readonly tty?: boolean;
}

/** A process beside a service's main one, with the same rights and environment, as `docker exec`. */
export function planExec(
  { process }: Pick<ContainerSpec, 'process'>,
  argv: readonly string[],
  change: ExecChange,
): ProcessSpec {
  return {
    ...process,
    argv,
    environment: mergeEnvironment(
      process.environment,
      change.tty === true
        ? { ...terminalOf(process.environment), ...change.environment }
        : (change.environment ?? {}),
    ),
    workingDir: change.workingDir ?? process.workingDir,
    user: change.user ?? process.user,
    stdin: change.stdin ?? false,
    tty: change.tty ?? false,
  };
}

/** As `docker exec -t` has it, where nobody says which terminal it is. */
function terminalOf(entries: readonly string[]): Readonly<Record<string, string>> {
  return entries.some((entry) => entry.startsWith('TERM=')) ? {} : { TERM: 'xterm' };
}

export function mergeEnvironment(
  entries: readonly string[],
  more: Readonly<Record<string, string>>,
): readonly string[] {
  const kept = entries.filter((entry) => !Object.hasOwn(more, entry.slice(0, entry.indexOf('='))));
  return [...kept, ...Object.entries(more).map(([name, value]) => `${name}=${value}`)];
}
