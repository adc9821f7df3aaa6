import { faultWords, featureOfFault } from '../../core/fault.ts';
import type { HostFeature, HostReport } from '../../core/host-feature.ts';
import { isJsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import type { Step } from '../../core/scenario.ts';
import { stepsOfPlan } from '../../core/steps-of-plan.ts';

interface Need {
  readonly word: string;
  readonly feature: HostFeature;
  readonly step: Step;
}

/** What the faults of a plan need of the host; most need nothing. */
export function needsOfFaults(plan: ScenarioPlan): readonly Need[] {
  return stepsOfPlan(plan).flatMap((step) => {
    const { kind, value } = step;
    if (kind !== 'fault' || !isJsonObject(value)) return [];
    return faultWords.flatMap((word) => {
      const feature = value[word] === undefined ? undefined : featureOfFault[word];
      if (feature === undefined) return [];
      const onDisk = feature === 'tmpfs-upper' && plan.upper === 'disk';
      return [{ word, feature: onDisk ? 'disk-limit' : feature, step }];
    });
  });
}

/** Said before anything starts, not in the middle of a scenario; undefined when all of them can be made. */
export function refuseFaults(needs: readonly Need[], report: HostReport): MayflyError | undefined {
  for (const { word, feature, step } of needs) {
    const found = report.features.find((one) => one.feature === feature);
    if (found?.available === true) continue;
    const evidence = found === undefined || found.evidence === '' ? '' : ` (${found.evidence})`;
    const hint = found === undefined || found.remedy === '' ? undefined : found.remedy;
    return new MayflyError(
      'FAULT_UNSUPPORTED',
      `the fault \`${word}\` needs ${feature}, which this host lacks${evidence}`,
      {
        at: step.at,
        ...(hint === undefined ? {} : { hint }),
      },
    );
  }
  return undefined;
}
