/** Everything the command line gets from its process and its machine. Whatever is below main.ts is told it here and reads nothing by itself. */
export interface Surroundings {
  /** Without the interpreter and the program. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Holds package.json, dist/ and schema/. */
  readonly packageDirectory: string;
  readonly machine: Machine;
  readonly user: User;
  /** Read once, by the command that is told to. */
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds from any fixed point. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970. */
  readonly dateMs: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Calls back for each SIGINT, SIGTERM and SIGHUP until the returned function is called. */
  readonly onSignal: (listener: (signal: SignalName) => void) => () => void;
  /** Resolves when everything written has been handed to the system: a pipe takes no more than its reader. */
  readonly flush: () => Promise<void>;
  /** Ends the process at once. */
  readonly exit: (status: number) => never;
}

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface Machine {
  /** Node's `process.platform`, `process.arch`, `os.release()`. */
  readonly platform: string;
  readonly arch: string;
  readonly kernelRelease: string;
  readonly cores: number;
  readonly nodeVersion: string;
  readonly nodePath: string;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly login: string;
  readonly home: string;
}

export interface Input {
  readonly isTerminal: boolean;
  read(): AsyncIterable<Uint8Array>;
  /** What a person types on the terminal, up to Enter and without it; hidden where nobody should see it. */
  readLine(isHidden: boolean): Promise<string>;
}

export interface Output {
  write(text: string): void;
  /** Resolves when more can be taken; rejects when the reader has gone away. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  /** As they are now; of what is no terminal, what a reader is given. */
  readonly columns: number;
  readonly rows: number;
}
