import { MayflyError } from '../../core/mayfly-error.ts';
import type { RunPlan, Shard } from '../../core/plan.ts';
import { makePrng } from '../../core/prng.ts';

const mostShards = 1_000;

/** `2/5`. @throws MayflyError CLI_USAGE */
export function parseShard(text: string): Pick<Shard, 'index' | 'total'> {
  const [, index, total] = (/^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text) ?? []).map(Number);
  if (index === undefined || total === undefined || index > total || total > mostShards) {
    throw new MayflyError('CLI_USAGE', `\`--shard ${text}\` names no part`, {
      hint: `write which of how many, as 2/5: from 1/N to N/N, and N at most ${mostShards}`,
    });
  }
  return { index, total };
}

/**
 * One part of what was chosen, in the order of the whole. The parts differ by one scenario at most, none is in two of them, and
 * which is where depends on the seed and the chosen alone: machines that are told the same cut the same. A part can be empty.
 */
export function selectShard(plan: RunPlan, part: Pick<Shard, 'index' | 'total'>, seed: number): RunPlan {
  const { scenarios } = plan;
  const random = makePrng(seed, 'shard');
  const dealt = scenarios
    .map((scenario) => ({ scenario, key: random.nextUint32() }))
    .sort((a, b) => a.key - b.key)
    .filter((_, position) => position % part.total === part.index - 1)
    .map(({ scenario }) => scenario);
  const mine = new Set(dealt);
  return {
    ...plan,
    scenarios: scenarios.filter((each) => mine.has(each)),
    shard: { ...part, of: scenarios.length },
  };
}
