import type { ScenarioPlan } from '../../core/plan.ts';
import type { Step } from '../../core/scenario.ts';
import { stepsOfPlan } from '../../core/steps-of-plan.ts';
import type { Masker } from '../mask/create-masker.ts';
import type { SnapshotSection } from './snapshot-section.ts';
import type { Snapshots } from './snapshots.ts';

/** The snapshots of one step, kept under the step's name where they have none of their own. */
export function openStepSnapshots(
  { name, path }: Pick<Step, 'name' | 'path'>,
  section: SnapshotSection,
  plan: Pick<ScenarioPlan, 'steps' | 'cases' | 'finally'>,
  masker: Masker,
): Snapshots {
  // Few steps have any: nobody looks for namesakes before one does.
  const base = (): string => {
    const namesakes = stepsOfPlan(plan).filter((step) => step.name === name);
    const index = namesakes.findIndex((step) => step.path === path);
    return index > 0 ? `${name} (${index + 1})` : name;
  };
  return {
    nameFor: (subject) => `${base()}: ${subject}`.replace(/\s+/g, ' '),
    check: (snapshot, text) => section.check(snapshot, text, path),
    mask: (text) => masker.text(text),
  };
}
