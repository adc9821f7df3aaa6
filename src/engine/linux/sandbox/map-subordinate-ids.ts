import type { Host } from '../host.ts';
import type { IdExtent, IdMapping } from './id-mapping.ts';

const timeoutMs = 10_000;

/** newuidmap(1) and newgidmap(1) are set-uid programs that write the maps an ordinary user may have. */
export async function mapSubordinateIds(host: Host, pid: number, mapping: IdMapping): Promise<void> {
  await Promise.all([
    host.runProgram('newuidmap', [String(pid), ...argumentsOf(mapping.uids)], timeoutMs),
    host.runProgram('newgidmap', [String(pid), ...argumentsOf(mapping.gids)], timeoutMs),
  ]);
}

function argumentsOf(extents: readonly IdExtent[]): readonly string[] {
  return extents.flatMap(({ inside, outside, length }) => [String(inside), String(outside), String(length)]);
}
