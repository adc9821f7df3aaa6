import type { DnsFault } from '../../../core/fault.ts';
import { normalizeName } from '../net/dns/resolve-names.ts';

/** What the name servers of a sandbox are to get wrong, as long as it lasts. */
export class DnsFaults {
  readonly #active = new Set<DnsFault>();

  begin(fault: DnsFault): () => void {
    this.#active.add(fault);
    return () => this.#active.delete(fault);
  }

  /** Those that befall this question, in the order they began. */
  of(asker: string, name: string): readonly DnsFault[] {
    const asked = normalizeName(name);
    return [...this.#active].filter(({ containers, names }) => {
      if (!containers.includes(asker)) return false;
      return names === undefined || names.some((one) => isAtOrBelow(asked, normalizeName(one)));
    });
  }
}

const isAtOrBelow = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);
