import type { Step } from '../../core/scenario.ts';
import type { ReportedKind } from '../../core/step-kind.ts';
import type { World } from './world.ts';

type Skipped = Pick<Step, 'path' | 'name'> & { readonly kind: ReportedKind };

/** A step, or a case, that was not even begun. */
export function skipStep({ path, name, kind }: Skipped, reason: string, world: World): void {
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
