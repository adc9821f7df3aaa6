import type { Duplex, Readable } from 'node:stream';
import type { FakeFileSystem } from './fake-file-system.ts';
import type { FakeUser } from './fake-user.ts';

/** What a scripted program of a fake container can see and do. Everything throws once the process has ended. */
export interface FakeMachine {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly user: FakeUser;
  readonly hostname: string;
  readonly pid: number;
  readonly files: FakeFileSystem;
  /** Empty when the process was started without one. */
  readonly stdin: Readable;
  write(bytes: string | Uint8Array): Promise<void>;
  writeError(bytes: string | Uint8Array): Promise<void>;
  sleep(ms: number): Promise<void>;
  /** As sigaction(2): a handler, or `ignore`. */
  onSignal(name: string, action: (() => void) | 'ignore'): void;
  /** Sends a signal to a process of the container. */
  signal(pid: number, name: string): void;
  /** Ends the process at once. */
  exit(code: number): void;
  /** Accepts connections until the process ends. */
  listen(socket: FakeListen, onConnection: (connection: Duplex) => void): void;
  dial(host: string, port: number): Promise<Duplex>;
  /** Runs another program in this process's place and returns its exit code; 127 if there is none. */
  run(argv: readonly string[], change?: Partial<FakeMachine>): Promise<number>;
}

export interface FakeListen {
  readonly port: number;
  readonly address?: string;
  readonly protocol?: 'tcp' | 'udp';
}

export type FakeProgram = (machine: FakeMachine) => Promise<number> | number;

/** Programs by the base name of `argv[0]`. */
export type FakePrograms = Readonly<Record<string, FakeProgram>>;
