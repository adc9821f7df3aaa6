import type { Contender, Figure, Skipped } from './contender.ts';
import { median, quantile } from './statistics.ts';

export interface Interleaved {
  readonly figures: readonly Figure[];
  readonly skipped: readonly Skipped[];
}

/**
 * Runs all contenders in turns, so that what else the machine does hits them alike; the turn starts with another one each
 * round. A contender that cannot do its first run here is left out, with what it said.
 */
export async function interleave(contenders: readonly Contender[], rounds: number): Promise<Interleaved> {
  const { working, skipped } = await tryEach(contenders);
  const samples = new Map(working.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % Math.max(1, working.length);
    for (const each of [...working.slice(first), ...working.slice(0, first)]) {
      samples.get(each.name)?.push(await each.run());
    }
  }
  return { figures: working.map((each) => figureOf(each, samples.get(each.name) ?? [])), skipped };
}

/** Also warms caches: nothing of it is counted. */
async function tryEach(contenders: readonly Contender[]) {
  const working: Contender[] = [];
  const skipped: Skipped[] = [];
  for (const each of contenders) {
    try {
      await each.run();
      working.push(each);
    } catch (error) {
      skipped.push({ name: each.name, reason: firstLine(error) });
    }
  }
  return { working, skipped };
}

export function figureOf(
  { name, spawned }: Pick<Contender, 'name' | 'spawned'>,
  samples: readonly number[],
): Figure {
  return {
    name,
    spawned,
    median: median(samples),
    low: quantile(samples, 0.25),
    high: quantile(samples, 0.75),
    samples: samples.length,
  };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}
