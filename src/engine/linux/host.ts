import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { access, constants, mkdir, open, readdir, readFile, readlink, rm, rmdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { networkInterfaces, constants as osConstants } from 'node:os';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { MayflyError } from '../../core/mayfly-error.ts';

const run = promisify(execFile);

/** open(2); Node has no name for it. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** The launcher as a process with its two channels: its own, and the one it hands to the sandbox's init. */
export interface SpawnedLauncher {
  readonly pid: number;
  readonly channel: Socket;
  readonly initChannel: Socket;
  /** When the process has ended. */
  readonly ended: Promise<void>;
}

/** A program in a process group of its own. */
export interface SpawnedProgram {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** With its exit status, 128 + signal when killed by one; rejects when it could not be started. */
  readonly ended: Promise<number>;
  /** Nothing once it has ended: its group's number may be another's by then. */
  signalGroup(signal: NodeJS.Signals): void;
}

export interface UnnamedFile extends AsyncDisposable {
  readonly path: string;
}

/**
 * The engine's one door to the operating system: all processes it spawns and all files it writes go through here
 * (besides what tapes do).
 */
export class Host {
  readonly #searchPath: string;

  constructor(environment: NodeJS.ProcessEnv) {
    // The system's own programs may be outside of an ordinary user's PATH (newuidmap is not, pasta is not, ip is).
    this.#searchPath = environment.PATH ?? '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
  }

  spawnLauncher(path: string): SpawnedLauncher {
    // In a session of its own: a Ctrl-C meant for Node must not end the supervisor before it has cleaned up.
    const child = spawn(path, [], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
      detached: true,
      env: {},
      cwd: '/',
    });
    const ended = endOf(child, path);
    const pid = child.pid;
    if (pid === undefined)
      throw new MayflyError('LAUNCHER_MISSING', `cannot start the launcher ${path}`, { cause: ended });
    return { pid, channel: child.stdio[3] as Socket, initChannel: child.stdio[4] as Socket, ended };
  }

  /** Runs a helper program of the system to its end, with a time limit. */
  async runProgram(program: string, args: readonly string[], timeoutMs: number): Promise<void> {
    try {
      await run(program, [...args], { timeout: timeoutMs, env: { PATH: this.#searchPath } });
    } catch (cause) {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      const said = String((cause as { stderr?: unknown }).stderr ?? '').trim();
      throw new MayflyError(
        missing ? 'HOST_MISSING_PROGRAM' : 'HOST_NO_USERNS',
        missing
          ? `${program} is not installed`
          : `${program} ${args.join(' ')} failed: ${said || String(cause)}`,
        { cause, ...(missing ? { hint: `install the package that has ${program} (Debian: uidmap)` } : {}) },
      );
    }
  }

  /** Its standard input ends with this process and has nothing in it. */
  spawnProgram(
    argv: readonly [string, ...string[]],
    options: { readonly environment: Readonly<Record<string, string>>; readonly workingDirectory: string },
  ): SpawnedProgram {
    const [path, ...args] = argv;
    // What administrators run is outside of an ordinary user's PATH.
    const searchPath = `${this.#searchPath}:/usr/local/sbin:/usr/sbin:/sbin`;
    const child = spawn(path, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...options.environment, PATH: searchPath },
      cwd: options.workingDirectory,
    });
    let running = true;
    const ended = new Promise<number>((resolve, reject) => {
      child.once('exit', (code, signal) => {
        running = false;
        resolve(code ?? 128 + (signal === null ? 0 : osConstants.signals[signal]));
      });
      child.once('error', reject);
    });
    const signalGroup = (signal: NodeJS.Signals): void => {
      if (running && child.pid !== undefined) process.kill(-child.pid, signal);
    };
    return { stdout: child.stdout, stderr: child.stderr, ended, signalGroup };
  }

  /** A file of that size, one hole, without a name on the file system of `directory`; others reach it by its path while it is open. */
  async openUnnamed(directory: string, sizeBytes: number): Promise<UnnamedFile> {
    const file = await open(directory, O_TMPFILE | constants.O_RDWR, 0o600);
    try {
      await file.truncate(sizeBytes);
    } catch (error) {
      await file.close();
      throw error;
    }
    return {
      path: `/proc/${process.pid}/fd/${file.fd}`,
      [Symbol.asyncDispose]: () => file.close(),
    };
  }

  /** Undefined when the file is not there or not readable. */
  async readText(path: string): Promise<string | undefined> {
    return readFile(path, 'utf8').catch(() => undefined);
  }

  async makeDirectory(path: string, mode: number): Promise<void> {
    await mkdir(path, { recursive: true, mode });
  }

  readonly pid = process.pid;

  /** `pid starttime`, which names a process for good (proc(5), /proc/PID/stat field 22); empty if there is none. */
  async processIdentity(pid: number): Promise<string> {
    const stat = await this.readText(`/proc/${pid}/stat`);
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields?.[19] === undefined ? '' : `${pid} ${fields[19]}`;
  }

  async readLink(path: string): Promise<string | undefined> {
    return readlink(path).catch(() => undefined);
  }

  /** Names in a directory; empty when it is not there. */
  async list(path: string): Promise<readonly string[]> {
    return readdir(path).catch(() => []);
  }

  async listDirectories(path: string): Promise<readonly string[]> {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    return entries.filter((each) => each.isDirectory()).map(({ name }) => name);
  }

  /** Addresses of the host's own interfaces with their prefix lengths, without loopback. */
  interfaceCidrs(): readonly string[] {
    return Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .flatMap(({ internal, cidr }) => (internal || cidr === null ? [] : [cidr]));
  }

  async exists(path: string): Promise<boolean> {
    return access(path).then(
      () => true,
      () => false,
    );
  }

  /** The path of a program on PATH; undefined if it is not installed. */
  async findProgram(name: string): Promise<string | undefined> {
    for (const directory of this.#searchPath.split(':')) {
      const path = `${directory}/${name}`;
      const executable = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (executable) return path;
    }
    return undefined;
  }

  /** The errno's name with which opening for reading and writing fails; undefined if it succeeds. */
  async openError(path: string): Promise<string | undefined> {
    try {
      await (await open(path, 'r+')).close();
      return undefined;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'EIO';
    }
  }

  async isWritable(path: string): Promise<boolean> {
    return access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
  }

  // The census reads many small files of /proc, which a thread pool would make slower than the disk never is.

  readLinkNow(path: string): string | undefined {
    return orUndefined(() => readlinkSync(path));
  }

  readTextNow(path: string): string | undefined {
    return orUndefined(() => readFileSync(path, 'utf8'));
  }

  listNow(path: string): readonly string[] {
    return this.tryListNow(path) ?? [];
  }

  /** Undefined where it is not there, or not ours to read. */
  tryListNow(path: string): readonly string[] | undefined {
    return orUndefined(() => readdirSync(path));
  }

  /** `path` names that very directory from then on, or nothing once it is gone, and never another of the same name. */
  holdDirectory(path: string): { readonly path: string; release(): void } | undefined {
    const held = orUndefined(() => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
    return held === undefined ? undefined : { path: `/proc/self/fd/${held}`, release: () => closeSync(held) };
  }

  existsNow(path: string): boolean {
    return existsSync(path);
  }

  async removeFile(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  async removeEmptyDirectory(path: string): Promise<void> {
    await rmdir(path);
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // it went away, or is not ours to read
  }
}

function endOf(child: ChildProcess, path: string): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', (cause) => {
      reject(
        new MayflyError('LAUNCHER_MISSING', `cannot start the launcher ${path}: ${cause.message}`, { cause }),
      );
    });
  });
  ended.catch(() => {});
  return ended;
}
