import type { SnapshotVerdict } from './snapshots.ts';

/** `update`: what is seen is kept. `new`: what is not kept yet is. `none`: nothing is (R22, in CI). */
export type SnapshotMode = 'update' | 'new' | 'none';

export interface SectionChanges {
  readonly texts: ReadonlyMap<string, string>;
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
  /** Kept, and nothing asked for it. */
  readonly obsolete: readonly string[];
}

/** The snapshots of one scenario, while it runs. */
export class SnapshotSection {
  readonly #kept: ReadonlyMap<string, string>;
  readonly #mode: SnapshotMode;
  readonly #taken = new Map<string, { readonly text: string; readonly step: string }>();
  readonly #touched = new Set<string>();
  #isWhole = false;

  constructor(kept: ReadonlyMap<string, string>, mode: SnapshotMode) {
    this.#kept = kept;
    this.#mode = mode;
  }

  /** `step` is the one that asks: the same one may ask again (`eventually`). */
  check(name: string, text: string, step: string): SnapshotVerdict {
    this.#touched.add(name);
    const taken = this.#taken.get(name);
    if (taken !== undefined && taken.step !== step && taken.text !== text)
      return { kind: 'differs', kept: taken.text, why: 'another-step' };
    const kept = this.#kept.get(name);
    if (kept === text) return this.#take(name, text, step);
    if (this.#mode === 'update') return this.#take(name, text, step);
    if (kept !== undefined) return { kind: 'differs', kept, why: 'kept' };
    return this.#mode === 'none' ? { kind: 'missing' } : this.#take(name, text, step);
  }

  /** The scenario came to its end with every step: what nothing has asked for is not needed. */
  markWhole(isWhole: boolean): void {
    this.#isWhole = isWhole;
  }

  get changes(): SectionChanges {
    const obsolete = this.#isWhole ? [...this.#kept.keys()].filter((name) => !this.#touched.has(name)) : [];
    const texts = new Map(this.#kept);
    let [added, updated] = [0, 0];
    for (const [name, { text }] of this.#taken) {
      const kept = this.#kept.get(name);
      if (kept === undefined) added += 1;
      else if (kept !== text) updated += 1;
      texts.set(name, text);
    }
    if (this.#mode !== 'update') return { texts, added, updated, removed: 0, obsolete };
    for (const name of obsolete) texts.delete(name);
    return { texts, added, updated, removed: obsolete.length, obsolete: [] };
  }

  #take(name: string, text: string, step: string): SnapshotVerdict {
    this.#taken.set(name, { text, step });
    return { kind: 'same' };
  }
}
