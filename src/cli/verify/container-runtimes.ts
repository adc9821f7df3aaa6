import type { ProgramRunner } from '../../image/program-runner.ts';
import { inspectContainers } from './inspect-containers.ts';
import { stateContainers } from './state-containers.ts';

/** A container that runs, as what runs it names it. */
export interface RunningContainer {
  readonly runtime: string;
  readonly id: string;
  readonly name?: string;
  readonly pid: number;
}

/** What was found of a name, and who could not be asked. */
export interface Found {
  readonly containers: readonly RunningContainer[];
  /** `docker: Cannot connect to …`; empty where all answered. */
  readonly unasked: readonly string[];
}

export interface RuntimeAccess {
  readonly programs: ProgramRunner;
  /** XDG_RUNTIME_DIR, DOCKER_HOST and the like are the user's choice of a runtime. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of who asks. */
  readonly uid: number;
  readonly signal: AbortSignal;
}

/** Who is asked, in order: Podman and Docker have names for what crun and runc know by ids only. */
export const runtimes: readonly {
  readonly name: string;
  readonly find: (wanted: string, access: RuntimeAccess) => Promise<Found>;
}[] = [
  { name: 'podman', find: (wanted, access) => inspectContainers('podman', wanted, access) },
  { name: 'docker', find: (wanted, access) => inspectContainers('docker', wanted, access) },
  {
    name: 'crun',
    find: (wanted, access) =>
      stateContainers(
        { runtime: 'crun', file: 'status', pid: 'pid', start: 'process-start-time' },
        wanted,
        access,
      ),
  },
  {
    name: 'runc',
    find: (wanted, access) =>
      stateContainers(
        { runtime: 'runc', file: 'state.json', pid: 'init_process_pid', start: 'init_process_start' },
        wanted,
        access,
      ),
  },
];
