import type { Host } from '../host.ts';

/** What the kernel does not take away by itself when a sandbox ends; written down before it is made. */
export interface JournalEntry {
  /** `Host.processIdentity` of the runner. */
  readonly owner: string;
  /** The sandbox's own directories below the controllers'. */
  readonly cgroups: readonly string[];
  /** Writable layers on disk. */
  readonly upperDirectory?: string;
}

/** Removes a tree whose files may belong to any id of the sandbox. */
export type RemoveTree = (directory: string) => Promise<void>;

/** A file per run in the state directory; a later run sweeps after runners that were killed. */
export class Journal {
  readonly #host: Host;
  readonly #directory: string;
  readonly #uppers: string;

  constructor(host: Host, stateDirectory: string) {
    this.#host = host;
    this.#uppers = `${stateDirectory}/uppers/`;
    this.#directory = `${stateDirectory}/journal`;
  }

  async write(runId: string, entry: Omit<JournalEntry, 'owner'>): Promise<void> {
    await this.#host.makeDirectory(this.#directory, 0o700);
    const owner = await this.#host.processIdentity(this.#host.pid);
    await this.#host.writeDurably(this.#pathOf(runId), JSON.stringify({ ...entry, owner }));
  }

  fileOf(runId: string): string {
    return this.#pathOf(runId);
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

  async #clean(entry: JournalEntry, removeTree: RemoveTree): Promise<boolean> {
    try {
      for (const directory of entry.cgroups) await removeCgroup(this.#host, directory);
      const upper = entry.upperDirectory;
      if (upper?.startsWith(this.#uppers) === true) await removeTree(upper);
      return true;
    } catch {
      return false; // busy still, or not ours: the entry stays
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
