import type {
  ProgramCommand,
  ProgramEnd,
  ProgramRunner,
  RunningProgram,
} from '../../image/program-runner.ts';
import type { Host, SpawnedProgram } from './host.ts';
import { programGuard } from './program-guard.ts';

/** mmdebstrap needs a moment to remove what it has made. */
const graceMs = 15_000;

/** Names under which programs look for the machine's proxies; apt heeds the lower case ones (apt-transport-http(1)). */
const proxyNames = ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy'];

/** Runs programs of this machine, each in a group of its own. */
export class LinuxProgramRunner implements ProgramRunner {
  readonly #host: Host;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(host: Host, environment: NodeJS.ProcessEnv) {
    this.#host = host;
    this.#environment = Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) =>
        value !== undefined && proxyNames.includes(name.toLowerCase()) ? [[name, value]] : [],
      ),
    );
  }

  find(program: string): Promise<string | undefined> {
    return this.#host.findProgram(program);
  }

  start({ argv, environment, workingDirectory }: ProgramCommand): RunningProgram {
    const spawned = this.#host.spawnProgram(['/bin/sh', '-c', programGuard, argv[0], ...argv], {
      environment: { ...this.#environment, ...environment },
      workingDirectory,
    });
    const ended = spawned.ended.then((code): ProgramEnd => ({ code }));
    ended.catch(() => undefined); // whoever waits is told
    return { stdout: spawned.stdout, stderr: spawned.stderr, ended, stop: () => stop(spawned) };
  }
}

async function stop(program: SpawnedProgram): Promise<void> {
  program.signalGroup('SIGTERM');
  const late = setTimeout(() => program.signalGroup('SIGKILL'), graceMs);
  try {
    await program.ended.catch(() => undefined);
  } finally {
    clearTimeout(late);
  }
}
