import { setTimeout as sleep } from 'node:timers/promises';
import { openFlags } from '../abi/open-flags.ts';
import type { Host } from '../host.ts';
import { noSlot, type Tape } from '../tape/op.ts';
import { supervisorSlots } from './sandbox-slots.ts';

/** What the kernel does not take away by itself when a sandbox ends; written down before it is made. */
export interface JournalEntry {
  /** `Host.processIdentity` of the runner. */
  readonly owner: string;
  /** The sandbox's own directories below the controllers'. */
  readonly cgroups: readonly string[];
  /** Writable layers on disk. */
  readonly upperDirectory?: string;
}

const pollMs = 5;

/** Plans the writing of a run's entry. */
export type PlanWrite = (runId: string, entry: Omit<JournalEntry, 'owner'>) => Tape;

/** Removes a tree whose files may belong to any id of the sandbox. */
export type RemoveTree = (directory: string) => Promise<void>;

/** A file per run in the state directory; a later run sweeps after runners that were killed. */
export class Journal {
  readonly #host: Host;
  readonly #directory: string;
  readonly #uppers: string;
  #owner: Promise<string> | undefined;

  constructor(host: Host, stateDirectory: string) {
    this.#host = host;
    this.#uppers = `${stateDirectory}/uppers/`;
    this.#directory = `${stateDirectory}/journal`;
  }

  /**
   * What writes an entry down, or anew. It is the supervisor that does, in one tape with what makes the things it names: a runner
   * may be killed between any two steps of its own, but a tape is performed whole.
   */
  async planner(): Promise<PlanWrite> {
    this.#owner ??= this.#host.processIdentity(this.#host.pid);
    await this.#host.makeDirectory(this.#directory, 0o700);
    const owner = await this.#owner;
    return (runId, entry) => this.#planWrite(runId, { ...entry, owner });
  }

  #planWrite(runId: string, entry: JournalEntry): Tape {
    const { O_CREAT, O_WRONLY } = openFlags;
    const path = this.#pathOf(runId);
    const slot = supervisorSlots.file;
    return [
      // Where everything in the entry goes with the supervisor, the entry does, too; it is the first to be made, so the last to go.
      ...(entry.upperDirectory === undefined ? [{ kind: 'removeAtExit', path } as const] : []),
      {
        kind: 'open',
        dir: noSlot,
        path,
        // Not truncated: an entry only grows, so that one write replaces it, and whoever is killed leaves the old or the new one.
        flags: O_CREAT | O_WRONLY,
        mode: 0o600,
        resolve: 0,
        into: slot,
      },
      { kind: 'writeSlot', slot, data: Buffer.from(JSON.stringify(entry)) },
      { kind: 'close', slot },
    ];
  }

  /** Once everything in the entry is gone. */
  async remove(runId: string): Promise<void> {
    await this.#host.removeFile(this.#pathOf(runId));
  }

  /** Cleans up after runs whose runner is dead. What cannot be removed stays in the journal for another time. */
  async sweep(removeTree: RemoveTree): Promise<void> {
    for (const name of await this.#host.list(this.#directory)) {
      const runId = /^([a-z0-9]+)\.json$/.exec(name)?.[1];
      if (runId === undefined) continue;
      const entry = parseEntry((await this.#host.readText(this.#pathOf(runId))) ?? '');
      if (entry === undefined || (await this.#isAlive(entry.owner))) continue;
      if (await this.#clean(entry, removeTree)) await this.remove(runId);
    }
  }

  /**
   * Cleans up after a run of this runner that is over: writable layers, and groups where a supervisor was killed that would have
   * removed them. Groups are busy until the last process has gone, so they are tried again for as long as there is time.
   */
  async finish(runId: string, removeTree: RemoveTree, hasTime: () => boolean): Promise<void> {
    const entry = parseEntry((await this.#host.readText(this.#pathOf(runId))) ?? '');
    if (entry === undefined) return;
    while (!(await this.#cleanGroups(entry)) && hasTime()) await sleep(pollMs);
    if (await this.#clean(entry, removeTree)) await this.remove(runId);
  }

  async #clean(entry: JournalEntry, removeTree: RemoveTree): Promise<boolean> {
    const upper = entry.upperDirectory;
    try {
      if (upper?.startsWith(this.#uppers) === true) await removeTree(upper);
      return await this.#cleanGroups(entry);
    } catch {
      return false; // not ours: the entry stays
    }
  }

  /** False when one is busy still. */
  async #cleanGroups({ cgroups }: JournalEntry): Promise<boolean> {
    try {
      for (const directory of cgroups) await removeCgroup(this.#host, directory);
      return true;
    } catch {
      return false;
    }
  }

  async #isAlive(owner: string): Promise<boolean> {
    return owner !== '' && (await this.#host.processIdentity(Number(owner.split(' ')[0]))) === owner;
  }

  #pathOf(runId: string): string {
    return `${this.#directory}/${runId}.json`;
  }
}

async function removeCgroup(host: Host, directory: string): Promise<void> {
  if (!(await host.exists(directory))) return;
  for (const name of await host.listDirectories(directory))
    await host.removeEmptyDirectory(`${directory}/${name}`);
  await host.removeEmptyDirectory(directory);
}

/** A file that was cut short by a crash, or is not ours, names nothing. */
function parseEntry(text: string): JournalEntry | undefined {
  try {
    const entry = JSON.parse(text) as Partial<JournalEntry>;
    const { owner, cgroups, upperDirectory } = entry;
    if (typeof owner !== 'string' || !Array.isArray(cgroups)) return undefined;
    const ours = cgroups.filter((each) => typeof each === 'string' && /\/mayfly-[a-z0-9]+$/.test(each));
    return { owner, cgroups: ours, ...(typeof upperDirectory === 'string' ? { upperDirectory } : {}) };
  } catch {
    return undefined;
  }
}
