import type { Container } from '../../core/engine.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import type { StepKind } from '../../core/step-kind.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import type { StepWorld } from './step-definition.ts';

/** The checks of a step that takes one or a list of them. */
export function checksOf(value: Json, kind: StepKind): readonly JsonObject[] {
  const entries: readonly Json[] = Array.isArray(value) ? value : [value];
  if (entries.length === 0) throw new MayflyError('SCENARIO_ASSERTS_NOTHING', `\`${kind}\` is an empty list`);
  return entries.map((entry) => {
    if (isJsonObject(entry) && Object.keys(entry).length > 0) return entry;
    throw new MayflyError(
      'SCENARIO_WRONG_TYPE',
      `a check of \`${kind}\` is a mapping that says what should hold`,
    );
  });
}

/** The container a step looks into. It must live: of one that has ended, every "is not there" would be true. */
export function livingContainer({ in: name, kind }: Step, world: StepWorld): Container {
  if (name === undefined)
    throw new MayflyError('SCENARIO_MISSING_KEY', `\`${kind}\` needs \`in:\`, the service to look into`);
  const { container } = world.service(name);
  if (container.state === 'running' || container.state === 'paused') return container;
  throw new MayflyError('CONTAINER_STATE', `cannot look at the ${kind} of \`${name}\`: it has ended`);
}

/** Several checks of one step have several snapshots. */
export function snapshotsOfCheck(step: Step, label: string, world: StepWorld): Snapshots | undefined {
  const snapshots = world.snapshotsOf(step);
  return snapshots && { ...snapshots, nameFor: (subject) => snapshots.nameFor(`${label} ${subject}`) };
}
