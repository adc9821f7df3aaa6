import type { ContainerSpec, MountSpec } from '../../../core/container.ts';
import { defaultContainer } from '../../../core/container-defaults.ts';
import { argvOf } from '../apply-config.ts';
import { defaultPath } from '../build-config.ts';
import { buildNetwork } from '../build-sandbox.ts';
import type { Heredoc } from '../dockerfile/instruction.ts';
import type { RunInstruction } from '../dockerfile/parsed-instruction.ts';
import { parseHeredocMark } from '../dockerfile/take-heredocs.ts';
import type { StageState } from '../stage-state.ts';

/** Where a here-document that is a program by itself (`#!`) is found by the container. */
const scripts = '/run/mayfly-heredoc';

export interface PlannedRun {
  readonly argv: readonly string[];
  /** ENV, then the ARGs that it does not hide. */
  readonly environment: readonly string[];
  readonly scripts: readonly MountSpec[];
}

/** What a RUN executes, with nothing left to the place where it is executed: all of it is in the key of its cache. */
export function planRun(run: RunInstruction, state: StageState, proxies: readonly string[]): PlannedRun {
  const own = new Set(state.config.environment.map((entry) => entry.split('=', 1)[0]));
  const fromArguments = [...state.scope]
    .filter(([name, value]) => value !== undefined && !own.has(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort();
  const environment = [...state.config.environment, ...fromArguments];
  const path = environment.some((entry) => entry.startsWith('PATH=')) ? [] : [defaultPath];
  return { ...planCommand(run, state), environment: [...path, ...environment, ...proxies] };
}

function planCommand(
  { command, heredocs }: RunInstruction,
  { config }: StageState,
): Pick<PlannedRun, 'argv' | 'scripts'> {
  const [first] = heredocs;
  if (command.form === 'exec' || first === undefined) return { argv: argvOf(command, config), scripts: [] };
  const isAlone = parseHeredocMark(command.text) !== undefined;
  if (!isAlone)
    return { argv: argvOf({ form: 'shell', text: withBodies(command.text, heredocs) }, config), scripts: [] };
  if (!first.content.startsWith('#!'))
    return { argv: argvOf({ form: 'shell', text: first.content }, config), scripts: [] };
  const target = `${scripts}/${encodeURIComponent(first.name)}`;
  const script: MountSpec = { kind: 'file', target, content: first.content, mode: 0o755, uid: 0, gid: 0 };
  return { argv: [target], scripts: [script] };
}

/** As the shell would have read them in a file. */
function withBodies(text: string, heredocs: readonly Heredoc[]): string {
  return `${text}\n${heredocs.map(({ name, content }) => `${content}${name}\n`).join('')}`;
}

export interface RunPlace {
  readonly name: string;
  readonly state: StageState;
  readonly run: PlannedRun;
  readonly mounts: readonly MountSpec[];
  /** Of secrets: `NAME=value`, in no key. */
  readonly secretEnvironment: readonly string[];
  readonly hasNetwork: boolean;
}

export function planRunContainer({
  name,
  state,
  run,
  mounts,
  secretEnvironment,
  hasNetwork,
}: RunPlace): ContainerSpec {
  const { readOnlyRoot, environment: _, process, ...defaults } = defaultContainer(name);
  const { workingDir, user } = state.config;
  return {
    ...defaults,
    hostname: 'build',
    init: false,
    rootfs: { layers: state.layers, readOnly: readOnlyRoot },
    process: {
      ...process,
      argv: run.argv,
      environment: [...run.environment, ...secretEnvironment],
      workingDir: workingDir === '' ? '/' : workingDir,
      user,
      // Package managers change users by set-uid programs; the sandbox is the border, not this.
      noNewPrivileges: false,
    },
    mounts: [...run.scripts, ...mounts],
    network: hasNetwork
      ? { kind: 'attached', attachments: [{ network: buildNetwork, aliases: [] }] }
      : { kind: 'none' },
    stopSignal: 'SIGKILL',
  };
}
