import type { Station } from './station.ts';
import type { Try } from './try.ts';

/** Sockets that one helper holds at a time, and packets of one kind that the buffer of a destination has room for. */
const [mostSent, mostReceived] = [500, 200];

/** As many rounds as it takes for no station to have more at a time than it can. */
export function planRounds(tries: readonly Try[]): readonly (readonly Try[])[] {
  const rounds: Try[][] = [];
  const sent = new Map<Station, number>();
  const received = new Map<string, number>();
  for (const one of tries) {
    const { from, to, attempt } = one;
    const before = sent.get(from) ?? 0;
    const kind = `${attempt.protocol} ${attempt.family} ${to.name}`;
    const arriving = received.get(kind) ?? 0;
    sent.set(from, before + 1);
    received.set(kind, arriving + 1);
    const number = Math.max(Math.floor(before / mostSent), Math.floor(arriving / mostReceived));
    while (rounds.length <= number) rounds.push([]);
    rounds[number]?.push(one);
  }
  return rounds.filter(({ length }) => length > 0);
}
