import type { Step } from '../../core/scenario.ts';
import type { World } from './world.ts';

/** A step that was not even begun. */
export function skipStep({ path, name, kind }: Step, reason: string, world: World): void {
  world.noteSkipped();
  const ending = { outcome: 'skipped', reason, durationMs: 0, tries: 0, facts: {}, problems: [] } as const;
  world.emitter.emit({
    kind: 'stepFinished',
    attempt: world.attempt,
    step: path,
    name,
    stepKind: kind,
    ...ending,
  });
}
