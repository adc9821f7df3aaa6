import { posix } from 'node:path';
import type { FakeMachine, FakePrograms } from '../fake-program.ts';
import { FakeSystemError } from '../fake-system-error.ts';
import { directoryNode, symlinkNode } from '../fake-tree.ts';

/** The few programs of coreutils that tests use, with the options they use. */
export const basicPrograms: FakePrograms = {
  true: () => 0,
  false: () => 1,
  echo: (machine) => say(machine, `${operands(machine).join(' ')}\n`),
  printf: (machine) =>
    say(machine, (machine.argv[1] ?? '').replaceAll('\\n', '\n').replaceAll('%s', machine.argv[2] ?? '')),
  pwd: (machine) => say(machine, `${machine.workingDir}\n`),
  hostname: (machine) => say(machine, `${machine.hostname}\n`),
  env: (machine) =>
    say(
      machine,
      Object.entries(machine.environment)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    ),
  id: (machine) => say(machine, `${machine.argv[1] === '-g' ? machine.user.gid : machine.user.uid}\n`),
  cat: withErrors(cat),
  sleep: async (machine) => {
    const [, text = '0'] = machine.argv;
    await machine.sleep(text === 'infinity' ? Number.POSITIVE_INFINITY : Number(text) * 1000);
    return 0;
  },
  mkdir: withErrors(({ argv, files, user, ...machine }) => {
    const parents = argv.includes('-p');
    for (const path of operands({ argv }).map((name) => posix.resolve(machine.workingDir, name))) {
      if (parents) files.makeDirectories(path, { uid: user.uid, gid: user.gid });
      else files.put(path, directoryNode({ uid: user.uid, gid: user.gid }));
    }
    return 0;
  }),
  rm: withErrors((machine) => {
    for (const name of operands(machine)) machine.files.remove(posix.resolve(machine.workingDir, name));
    return 0;
  }),
  touch: withErrors((machine) => {
    for (const name of operands(machine)) {
      const path = posix.resolve(machine.workingDir, name);
      if (machine.files.lookup(path) === undefined)
        machine.files.write(path, '', { uid: machine.user.uid, gid: machine.user.gid });
    }
    return 0;
  }),
  ln: withErrors((machine) => {
    const [target = '', name = ''] = operands(machine);
    machine.files.put(posix.resolve(machine.workingDir, name), symlinkNode(target));
    return 0;
  }),
  chmod: withErrors((machine) => {
    const [mode = '', ...names] = operands(machine);
    for (const name of names) {
      const path = posix.resolve(machine.workingDir, name);
      const node = machine.files.lookup(path);
      if (node === undefined) throw new FakeSystemError('ENOENT', name);
      machine.files.put(path, { ...node, mode: Number.parseInt(mode, 8) });
    }
    return 0;
  }),
  ls: withErrors((machine) => {
    const names = machine.files.list(posix.resolve(machine.workingDir, operands(machine)[0] ?? '.'));
    return say(machine, names.map((name) => `${name}\n`).join(''));
  }),
  test: (machine) => test(machine, machine.argv.slice(1)),
  '[': (machine) => test(machine, machine.argv.slice(1, -1)),
  kill: (machine) => {
    const [signal = '-TERM', pid = ''] = machine.argv.slice(1);
    machine.signal(Number(pid), `SIG${signal.replace(/^-(s)?(SIG)?/, '')}`);
    return 0;
  },
};

async function say(machine: FakeMachine, text: string): Promise<number> {
  await machine.write(text);
  return 0;
}

function operands({ argv }: Pick<FakeMachine, 'argv'>): readonly string[] {
  return argv.slice(1).filter((word) => !/^-[a-z]+$/.test(word));
}

async function cat(machine: FakeMachine): Promise<number> {
  const names = operands(machine);
  if (names.length === 0) for await (const chunk of machine.stdin) await machine.write(chunk);
  for (const name of names) await machine.write(machine.files.read(posix.resolve(machine.workingDir, name)));
  return 0;
}

function test(machine: FakeMachine, words: readonly string[]): number {
  const [first = '', second = '', third = ''] = words;
  const node = (): ReturnType<FakeMachine['files']['lookup']> =>
    machine.files.lookup(posix.resolve(machine.workingDir, second));
  if (first === '-e') return node() === undefined ? 1 : 0;
  if (first === '-f') return node()?.type === 'file' ? 0 : 1;
  if (first === '-d') return node()?.type === 'directory' ? 0 : 1;
  if (second === '=') return first === third ? 0 : 1;
  return first === '' ? 1 : 0;
}

/** A failed system call becomes the program's message and exit code 1. */
function withErrors(
  program: (machine: FakeMachine) => Promise<number> | number,
): (machine: FakeMachine) => Promise<number> {
  return async (machine) => {
    try {
      return await program(machine);
    } catch (error) {
      if (!(error instanceof FakeSystemError)) throw error;
      await machine.writeError(`${machine.argv[0]}: ${error.message}\n`);
      return 1;
    }
  };
}
