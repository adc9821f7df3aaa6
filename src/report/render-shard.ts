import type { Shard } from '../core/plan.ts';
import { countOf } from './printable.ts';

/** `2/5`, as it was asked for. */
export const renderShard = ({ index, total }: Shard): string => `${index}/${total}`;

export const renderShardOf = (shard: Shard): string =>
  `shard ${renderShard(shard)} of ${countOf(shard.of, 'scenario')}`;
