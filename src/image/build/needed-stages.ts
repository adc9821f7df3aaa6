import type { PlannedDockerfile, PlannedStage } from './plan-stages.ts';
import { findStage } from './plan-stages.ts';

/** A stage with all that it builds on or copies from. A name with a variable in it is only known when its turn comes. */
export function neededStages({ stages }: PlannedDockerfile, target: PlannedStage): readonly PlannedStage[] {
  const needed = new Set<PlannedStage>([target]);
  for (const stage of needed) {
    for (const name of namesIn(stage)) {
      const other = findStage(stages.slice(0, stage.index), name);
      if (other !== undefined) needed.add(other);
    }
  }
  return [...needed].toSorted((a, b) => a.index - b.index);
}

function namesIn({ image, instructions }: PlannedStage): readonly string[] {
  const copied = instructions.flatMap(({ parsed }) =>
    parsed.kind === 'copy' && parsed.copy.from !== undefined ? [parsed.copy.from] : [],
  );
  const mounted = instructions.flatMap(({ parsed }) =>
    parsed.kind === 'run'
      ? parsed.run.mounts.flatMap((mount) => (mount.kind === 'bind' ? (mount.from ?? []) : []))
      : [],
  );
  return [image, ...copied, ...mounted];
}
