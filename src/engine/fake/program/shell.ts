import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type { FakeMachine } from '../fake-program.ts';
import { parseShell, type Redirection, type ShellCommand, type ShellWord } from './parse-shell.ts';

interface ShellState {
  readonly variables: Map<string, string>;
  workingDir: string;
  status: number;
  exitOnError: boolean;
  finished: boolean;
}

/** `sh -c text` with simple commands, lists, quotes, variables, redirections, and the builtins below. */
export async function shell(machine: FakeMachine): Promise<number> {
  const options = machine.argv.slice(1).filter((word) => word.startsWith('-'));
  const text = machine.argv.slice(1).find((word) => !word.startsWith('-')) ?? '';
  const state: ShellState = {
    variables: new Map(Object.entries(machine.environment)),
    workingDir: machine.workingDir,
    status: 0,
    exitOnError: options.some((option) => option.includes('e')),
    finished: false,
  };
  await runList(parseShell(text), machine, state);
  return state.status;
}

async function runList(
  commands: readonly ShellCommand[],
  machine: FakeMachine,
  state: ShellState,
): Promise<void> {
  for (const [index, command] of commands.entries()) {
    if (state.finished) return;
    if (command.joint === '&&' && state.status !== 0) continue;
    if (command.joint === '||' && state.status === 0) continue;
    state.status = await runCommand(command, machine, state);
    const tested = commands[index + 1]?.joint ?? ';';
    if (state.exitOnError && state.status !== 0 && tested === ';') return;
  }
}

async function runCommand(command: ShellCommand, machine: FakeMachine, state: ShellState): Promise<number> {
  const words = command.words.map((word) => expand(word, machine, state));
  const assigned = words.findIndex((word) => !/^\w+=/.test(word));
  const assignments = (assigned < 0 ? words : words.slice(0, assigned)).map((word): [string, string] => [
    word.slice(0, word.indexOf('=')),
    word.slice(word.indexOf('=') + 1),
  ]);
  const argv = assigned < 0 ? [] : words.slice(assigned);
  if (argv.length === 0) {
    for (const [name, value] of assignments) state.variables.set(name, value);
    if (command.redirections.length === 0) return 0;
  }
  const environment = { ...Object.fromEntries(state.variables), ...Object.fromEntries(assignments) };
  const redirected = { ...machine, environment, workingDir: state.workingDir };
  try {
    for (const redirection of command.redirections) applyRedirection(redirection, redirected, machine, state);
    return await perform(argv, redirected, state);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    await machine.writeError(`sh: ${error.message}\n`);
    return 2;
  }
}

async function perform(argv: readonly string[], machine: FakeMachine, state: ShellState): Promise<number> {
  const [name = ':', first = ''] = argv;
  switch (name) {
    case ':':
    case 'set':
      return 0;
    case 'cd':
      state.workingDir = posix.resolve(state.workingDir, first);
      return machine.files.lookup(state.workingDir)?.type === 'directory' ? 0 : 2;
    case 'export':
      if (first.includes('='))
        state.variables.set(first.slice(0, first.indexOf('=')), first.slice(first.indexOf('=') + 1));
      return 0;
    case 'exit':
      state.finished = true;
      return first === '' ? state.status : Number(first);
    case 'trap':
      for (const signal of argv.slice(2)) setTrap(first, `SIG${signal.replace(/^SIG/, '')}`, machine, state);
      return 0;
    case 'exec':
      state.finished = true;
      return runProgram(argv.slice(1), machine);
    default:
      return runProgram(argv, machine);
  }
}

async function runProgram(argv: readonly string[], machine: FakeMachine): Promise<number> {
  const code = await machine.run(argv, machine);
  if (code === 127) await machine.writeError(`sh: 1: ${argv[0]}: not found\n`);
  return code;
}

/** Only `trap ''` and a trap that exits are known. As in a real shell, the latter runs once the command under way ends; here, at once. */
function setTrap(action: string, signal: string, machine: FakeMachine, state: ShellState): void {
  if (action === '') machine.onSignal(signal, 'ignore');
  else machine.onSignal(signal, () => machine.exit(Number(/exit (\d+)/.exec(action)?.[1] ?? state.status)));
}

function expand(word: ShellWord, machine: FakeMachine, state: ShellState): string {
  return word
    .map((part) => ('text' in part ? part.text : valueOfVariable(part.variable, machine, state)))
    .join('');
}

function valueOfVariable(name: string, machine: FakeMachine, state: ShellState): string {
  if (name === '?') return String(state.status);
  if (name === '$') return String(machine.pid);
  return state.variables.get(name) ?? '';
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function applyRedirection(
  redirection: Redirection,
  into: Writable<FakeMachine>,
  machine: FakeMachine,
  state: ShellState,
): void {
  const target = expand(redirection.target, machine, state);
  if (redirection.mode === 'duplicate') {
    if (redirection.stream === 2) into.writeError = into.write;
    else into.write = into.writeError;
    return;
  }
  const path = posix.resolve(state.workingDir, target);
  if (redirection.mode === 'read') {
    into.stdin = Readable.from([Buffer.from(machine.files.read(path))]);
    return;
  }
  const writer =
    path === '/dev/null'
      ? async (): Promise<void> => {}
      : fileWriter(path, redirection.mode === 'append', machine);
  if (redirection.stream === 2) into.writeError = writer;
  else into.write = writer;
}

function fileWriter(path: string, append: boolean, machine: FakeMachine): FakeMachine['write'] {
  const { uid, gid } = machine.user;
  const exists = machine.files.lookup(path) !== undefined;
  if (!append || !exists) machine.files.write(path, '', exists ? {} : { uid, gid });
  return async (bytes) => {
    const added = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    machine.files.write(path, Buffer.concat([machine.files.read(path), added]));
  };
}
