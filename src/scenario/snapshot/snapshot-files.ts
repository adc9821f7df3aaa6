import { basename, join } from 'node:path';
import type { ScenarioPlan } from '../../core/plan.ts';
import { type SnapshotMode, SnapshotSection } from './snapshot-section.ts';
import { parseSnapshots, renderSnapshots, type SnapshotTable } from './snapshot-table.ts';

/** What the command line gives, for files beside the scenarios. */
export interface SnapshotStore {
  readonly mode: SnapshotMode;
  /** Undefined if there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Undefined removes it. */
  write(path: string, text: string | undefined): Promise<void>;
  /** Every scenario of the plan's file runs: what no section belongs to is not needed. */
  isWhole(plan: ScenarioPlan): boolean;
}

/** What became of one file. */
export interface SnapshotOutcome {
  /** Beside the scenario, as the scenario's own file is shown. */
  readonly path: string;
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
  /** `SECTION: NAME`, or a whole section. */
  readonly obsolete: readonly string[];
}

interface OpenFile {
  readonly plan: ScenarioPlan;
  readonly path: string;
  readonly kept: SnapshotTable;
  readonly sections: Map<string, SnapshotSection>;
}

/** The files of a run, each read once and written at the end, if anything has changed. */
export class SnapshotFiles {
  readonly #store: SnapshotStore;
  readonly #directoryOf: (plan: ScenarioPlan) => string;
  readonly #files = new Map<string, Promise<OpenFile>>();

  constructor(store: SnapshotStore, directoryOf: (plan: ScenarioPlan) => string) {
    this.#store = store;
    this.#directoryOf = directoryOf;
  }

  /** The part of a scenario; the same for every attempt at it. @throws MayflyError SNAPSHOT_INVALID */
  async open(plan: ScenarioPlan): Promise<SnapshotSection> {
    const path = join(this.#directoryOf(plan), snapshotFile(plan));
    const opening = this.#files.get(path) ?? this.#read(path, plan);
    this.#files.set(path, opening);
    const file = await opening;
    const name = sectionOf(plan);
    const section = new SnapshotSection(file.kept.get(name) ?? new Map(), this.#store.mode);
    file.sections.set(name, section);
    return section;
  }

  /** Writes what has changed. Rejects with what kept it from that. */
  async finish(): Promise<readonly SnapshotOutcome[]> {
    const outcomes: SnapshotOutcome[] = [];
    for (const opening of this.#files.values()) {
      const file = await opening.catch(() => undefined);
      if (file !== undefined) outcomes.push(await this.#settle(file));
    }
    return outcomes;
  }

  async #read(path: string, plan: ScenarioPlan): Promise<OpenFile> {
    const kept = await parseSnapshots(snapshotPath(plan), await this.#store.read(path));
    return { plan, path, kept, sections: new Map() };
  }

  async #settle({ plan, path, kept, sections }: OpenFile): Promise<SnapshotOutcome> {
    const { mode } = this.#store;
    const table = new Map(kept);
    const counts = { added: 0, updated: 0, removed: 0 };
    const obsolete: string[] = [];
    for (const [name, section] of sections) {
      const { texts, ...changes } = section.changes;
      table.set(name, texts);
      counts.added += changes.added;
      counts.updated += changes.updated;
      counts.removed += changes.removed;
      obsolete.push(...changes.obsolete.map((snapshot) => `${name}: ${snapshot}`));
    }
    const stale = this.#store.isWhole(plan) ? [...kept.keys()].filter((name) => !sections.has(name)) : [];
    if (mode === 'update') {
      for (const name of stale) {
        counts.removed += table.get(name)?.size ?? 0;
        table.delete(name);
      }
    } else obsolete.push(...stale);
    if (counts.added + counts.updated + counts.removed > 0)
      await this.#store.write(path, await renderSnapshots(table));
    return { path: snapshotPath(plan), ...counts, obsolete };
  }
}

/** `__snapshots__/shop.snap.yaml` beside `shop.yaml`, as other test runners do. */
function snapshotFile({ file }: ScenarioPlan): string {
  return join('__snapshots__', `${basename(file).replace(/\.ya?ml$/, '')}.snap.yaml`);
}

function snapshotPath(plan: ScenarioPlan): string {
  return join(plan.file, '..', snapshotFile(plan));
}

/** The scenario's name, with its number in the file and its combination of the matrix. */
function sectionOf({ id, file, name }: ScenarioPlan): string {
  return `${name}${id.startsWith(file) ? id.slice(file.length) : ''}`;
}
