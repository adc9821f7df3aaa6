import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { packageRoot } from '../../../cli/mayfly-process.ts';
import { childrenOf } from '../sandbox-processes.ts';
import type { Account } from './account.ts';
import { Census } from './census.ts';
import { LaneRun } from './lane-run.ts';
import { OwnGroups } from './own-groups.ts';

/** Whatever enters a lane joins its control groups, goes to its folder and becomes the program. */
const enter = 'groups=$1; cd "$2"; shift 2; for each in $groups; do echo 0 > "$each"; done; exec "$@"';

/**
 * A place of its own for runs that are killed: a folder with program, store and state, and, where we are root, a PID namespace
 * and control groups. The census sees there what these runs leave and nothing of what other tests do meanwhile.
 */
export class Lane {
  readonly folder = mkdtempSync(join(tmpdir(), 'bench-'));
  readonly home = join(this.folder, 'home');
  readonly #account: Account | undefined;
  readonly #groups = new OwnGroups(basename(this.folder));
  readonly #keeper: Keeper | undefined;

  private constructor(account: Account | undefined, keeper: Keeper | undefined) {
    this.#account = account;
    this.#keeper = keeper;
    chmodSync(this.folder, 0o755);
    for (const part of ['dist', 'package.json', 'schema'])
      cpSync(join(packageRoot, part), join(this.folder, 'program', part), { recursive: true });
    mkdirSync(this.home, { mode: 0o700 });
    if (account !== undefined) chownSync(this.home, account.uid, account.gid);
  }

  static async open(account?: Account): Promise<Lane> {
    return new Lane(account, process.getuid?.() === 0 ? await openKeeper() : undefined);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text, { mode: 0o644 });
  }

  /** `mayfly` with these arguments, in the lane's folder; resolves once it is a process of its own. */
  async start(...args: readonly string[]): Promise<LaneRun> {
    const { uid, gid } = this.#account ?? {};
    const become =
      uid === undefined ? [] : ['setpriv', '--reuid', `${uid}`, '--regid', `${gid}`, '--init-groups'];
    const program = [process.execPath, join(this.folder, 'program/dist/mayfly.js'), ...args];
    const run = new LaneRun(this.#spawn([...become, ...program]), this.#keeper !== undefined);
    await run.entered();
    return run;
  }

  takeCensus(): Promise<Census> {
    const within = this.#groups.isEmpty ? [] : ['--within', this.#groups.name];
    const [store, state] = [join(this.home, 'store'), join(this.home, 'state')];
    const places = ['--store', store, '--state', state, '--tmp', this.home, ...within];
    const program = [process.execPath, join(packageRoot, 'tools/census')];
    return Census.take(join(this.folder, 'before.json'), (args) =>
      this.#spawn([...program, ...args, ...places]),
    );
  }

  async close(): Promise<void> {
    await this.#keeper?.end();
    this.#groups.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(argv: readonly string[]): ChildProcess {
    const entered = ['sh', '-c', enter, 'sh', this.#groups.procs.join(' '), this.folder, ...argv];
    const [command = '', ...rest] = [...(this.#keeper?.enter ?? []), ...entered];
    return spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: this.home,
        MAYFLY_STORE: join(this.home, 'store'),
        MAYFLY_STATE: join(this.home, 'state'),
      },
    });
  }
}

interface Keeper {
  /** The command to run others by. */
  readonly enter: readonly string[];
  end(): Promise<void>;
}

/** Pid 1 of a new PID namespace; it ignores SIGCHLD, so that the kernel reaps what it adopts (sigaction(2)). */
async function openKeeper(): Promise<Keeper> {
  const flags = ['--pid', '--fork', '--mount-proc', '--kill-child'];
  const keep = ['sh', '-c', 'echo up; exec env --ignore-signal=CHLD sleep infinity'];
  const outer = spawn('unshare', [...flags, ...keep], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(outer, 'close');
  await once(outer.stdout, 'data');
  const [keeper = 0] = childrenOf(outer.pid ?? 0);
  return {
    enter: ['nsenter', `--target=${keeper}`, '--pid', '--mount', '--'],
    end: async () => {
      process.kill(keeper, 'SIGKILL'); // its namespace ends with it (pid_namespaces(7)); then unshare does
      await ended;
    },
  };
}
