import { runProgram } from '../../image/run-program.ts';
import type { Found, RuntimeAccess } from './container-runtimes.ts';

/** What both programs understand; a name or an id that is given is one container or none. */
const format = '{{.State.Pid}} {{.Id}} {{.Name}}';

/** Asks `podman inspect` or `docker inspect`, if the program is there. */
export async function inspectContainers(
  runtime: 'podman' | 'docker',
  wanted: string,
  { programs, environment, signal }: RuntimeAccess,
): Promise<Found> {
  if ((await programs.find(runtime)) === undefined) return { containers: [], unasked: [] };
  const { code, stdout, stderr } = await runProgram(
    programs,
    {
      argv: [runtime, 'inspect', '--type', 'container', '--format', format, '--', wanted],
      environment,
      workingDirectory: '/',
    },
    { signal },
  );
  const [, pid, id, name] = /^(\d+) ([0-9a-f]{64}) \/?(\S+)$/m.exec(stdout) ?? [];
  if (code === 0 && pid !== undefined && id !== undefined && name !== undefined)
    return { containers: [{ runtime, id, name, pid: Number(pid) }], unasked: [] };
  const said = stderr.at(-1) ?? `ended with status ${code}`;
  return { containers: [], unasked: /no such container/i.test(said) ? [] : [`${runtime}: ${said}`] };
}
