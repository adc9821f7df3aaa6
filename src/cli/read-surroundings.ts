import { randomBytes } from 'node:crypto';
import { availableParallelism, homedir, release, userInfo } from 'node:os';
import { readTerminalLine, type Terminal } from './read-terminal-line.ts';
import type { Output, SignalName, Surroundings, User } from './surroundings.ts';

const signals: readonly SignalName[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The one place that reads the process, the clock and randomness. */
export function readSurroundings(packageDirectory: string): Surroundings {
  const { argv, env, platform, arch, execPath, version } = process;
  return {
    arguments: argv.slice(2),
    environment: environmentOf(env),
    workingDirectory: process.cwd(),
    packageDirectory,
    machine: {
      platform,
      arch,
      kernelRelease: release(),
      cores: availableParallelism(),
      nodeVersion: version,
      nodePath: execPath,
    },
    user: readUser(),
    stdin: {
      get isTerminal() {
        return process.stdin.isTTY === true; // opened when asked for: most commands read nothing
      },
      read: () => process.stdin,
      readLine: (isHidden) => readTerminalLine(openTerminal(), isHidden),
    },
    stdout: openOutput(process.stdout, env),
    stderr: openOutput(process.stderr, env),
    monotonicMs: () => performance.now(),
    dateMs: () => Date.now(),
    randomBytes: (count) => randomBytes(count),
    onSignal,
    flush: async () => {
      await Promise.all([process.stdout, process.stderr].map(flush));
    },
    exit: (status) => process.exit(status),
  };
}

function openTerminal(): Terminal {
  const { stdin, stderr } = process;
  return { input: stdin, output: stderr, interrupt: () => process.kill(process.pid, 'SIGINT') };
}

/** `process.env` asks the system at each access; this is its content as it is now. */
function environmentOf(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The callback comes when all writes before it are done, also when the reader went away. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableNeedDrain || stream.writableLength > 0) stream.write('', () => resolve());
    else resolve();
  });
}

/** A uid that no passwd entry knows (`docker run -u 12345`) makes `userInfo` throw; such a user is his number. */
function readUser(): User {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  try {
    return { uid, gid, login: userInfo().username, home: homedir() };
  } catch {
    return { uid, gid, login: String(uid), home: homedir() };
  }
}

function openOutput(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Output {
  // A reader that went away (`mayfly plan | head`) wants no more, and is told no error.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => {
      stream.write(text);
    },
    writeBytes: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    isTerminal,
    hasColor: wantsColor(isTerminal, environment),
    get columns() {
      return stream.columns ?? 100;
    },
    get rows() {
      return stream.rows ?? 24;
    },
  };
}

/** https://no-color.org, https://force-color.org: set and not empty. */
function wantsColor(isTerminal: boolean, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return isTerminal && TERM !== 'dumb';
}

function onSignal(listener: (signal: SignalName) => void): () => void {
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
