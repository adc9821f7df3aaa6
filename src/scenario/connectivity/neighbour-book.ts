import { groupBy } from './group-by.ts';
import { type Neighbour, tellNeighbours } from './netlink.ts';
import type { Station } from './station.ts';
import type { Try } from './try.ts';

/** Which stations have been told of which neighbours, to let them forget again. */
export class NeighbourBook {
  readonly #told = new Map<Station, Map<string, Neighbour>>();

  /** Both ends of each: the answer needs a way back. */
  async tell(tries: readonly Try[]): Promise<void> {
    const news: { readonly at: Station; readonly neighbour: Neighbour }[] = [];
    for (const { from, to, network, attempt } of tries) {
      if (network === undefined || from === to) continue;
      this.#note(from, to, network, attempt.family, news);
      this.#note(to, from, network, attempt.family, news);
    }
    await Promise.all(
      [...groupBy(news, ({ at }) => at)].map(([at, own]) =>
        tellNeighbours(
          at.probe,
          'keep',
          own.map(({ neighbour }) => neighbour),
        ),
      ),
    );
  }

  /** A helper that was lost has nothing to undo it with; what it was told was true. */
  async forget(): Promise<void> {
    await Promise.allSettled(
      [...this.#told].map(([station, neighbours]) =>
        tellNeighbours(station.probe, 'forget', [...neighbours.values()]),
      ),
    );
    this.#told.clear();
  }

  #note(
    at: Station,
    of: Station,
    network: string,
    family: 4 | 6,
    news: { readonly at: Station; readonly neighbour: Neighbour }[],
  ): void {
    const own = at.networks.find((each) => each.network === network);
    const other = of.networks.find((each) => each.network === network);
    const address = family === 4 ? other?.ipv4 : other?.ipv6;
    const known = this.#told.get(at) ?? new Map<string, Neighbour>();
    this.#told.set(at, known);
    if (own === undefined || other === undefined || address === undefined || known.has(address)) return;
    const neighbour = { interfaceName: own.interfaceName, address, mac: other.mac };
    known.set(address, neighbour);
    news.push({ at, neighbour });
  }
}
