import { posix } from 'node:path';
import type { Duplex } from 'node:stream';
import type { FakeContainer } from './fake-container.ts';
import type { FakeProcess } from './fake-process.ts';
import type { FakeMachine, FakePrograms } from './fake-program.ts';
import type { FakeUser } from './fake-user.ts';

export interface MachineStart {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly user: FakeUser;
  readonly pid: number;
}

/** Ties one process to its container: what its program may call. */
export function openMachine(
  start: MachineStart,
  process: FakeProcess,
  container: FakeContainer,
  programs: FakePrograms,
): FakeMachine {
  const machine: FakeMachine = {
    ...start,
    hostname: container.spec.hostname,
    files: container.files,
    stdin: process.input,
    write: (bytes) => process.write('stdout', bytes),
    writeError: (bytes) => process.write('stderr', bytes),
    sleep: (ms) => process.sleep(ms),
    onSignal: (name, action) => process.setAction(name, action),
    signal: (pid, name) => container.signalProcess(pid, name),
    exit: (code) => process.end({ code: code & 0xff, oomKilled: false }),
    listen({ port, address = '0.0.0.0', protocol = 'tcp' }, onConnection) {
      const close = container.namespace.listen({ port, address, protocol }, (connection) =>
        accept(connection, process, onConnection),
      );
      process.onEnd.push(close);
    },
    dial: (host, port) => container.dial(host, port, neverAborted),
    async run(argv, change = {}) {
      const program = programs[posix.basename(argv[0] ?? '')];
      if (program === undefined) return 127;
      await process.checkpoint();
      return program({ ...machine, ...change, argv });
    },
  };
  return machine;
}

const neverAborted = new AbortController().signal;

/** A paused program accepts nothing; an ended one drops its connections. */
function accept(connection: Duplex, process: FakeProcess, onConnection: (connection: Duplex) => void): void {
  process.onEnd.push(() => connection.destroy());
  void process.checkpoint().then(
    () => onConnection(connection),
    () => connection.destroy(),
  );
}
