import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));
export const program = join(packageRoot, 'dist/mayfly.js');

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** The built command as a process of its own, in a folder of its own, with a store and a state of its own. */
export class MayflyBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'bench-'));

  write(path: string, text: string): string {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    return target;
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    symlinkSync(target, join(this.folder, path));
  }

  chmod(path: string, mode: number): void {
    chmodSync(join(this.folder, path), mode);
  }

  /** `cwd` from the bench's folder. */
  run(args: readonly string[], environment: NodeJS.ProcessEnv = {}, cwd = '.'): Promise<Ended> {
    return this.start(args, environment, cwd).ended;
  }

  /** With `input` on standard input, if there is any. */
  start(
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    cwd = '.',
    input?: string,
  ): RunningMayfly {
    const child = spawn('node', [program, ...args], {
      cwd: join(this.folder, cwd),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: this.folder, ...this.places, ...environment },
    });
    child.stdin?.end(input);
    return new RunningMayfly(child);
  }

  get places(): { readonly MAYFLY_STORE: string; readonly MAYFLY_STATE: string } {
    return { MAYFLY_STORE: join(this.folder, 'store'), MAYFLY_STATE: join(this.folder, 'state') };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class RunningMayfly {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #out = '';
  #err = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (chunk) => {
      this.#out += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      this.#err += chunk;
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => resolve({ status, signal, out: this.#out, err: this.#err }));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when standard error has what is looked for; rejects when the process ends without. */
  sees(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#find(pattern, 'stderr', () => this.#err);
  }

  /** The same of standard output. */
  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#find(pattern, 'stdout', () => this.#out);
  }

  async #find(pattern: RegExp, name: 'stdout' | 'stderr', text: () => string): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(text());
      if (found !== null) return found;
      const more = new Promise<'more'>((resolve) => this.#child[name]?.once('data', () => resolve('more')));
      if ((await Promise.race([more, this.ended])) !== 'more' && !pattern.test(text())) {
        throw new Error(`ended without ${pattern}:\n${this.#out}\n${this.#err}`);
      }
    }
  }
}
