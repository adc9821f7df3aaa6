import type { HostFeature, HostReport } from '../../core/host-feature.ts';

/** Why a scenario cannot run on this host (language.md R31); undefined when it can. */
export function missingFeatures(requires: readonly HostFeature[], report: HostReport): string | undefined {
  const missing = requires.flatMap((feature) => {
    const found = report.features.find((one) => one.feature === feature);
    if (found?.available === true) return [];
    return [found === undefined || found.evidence === '' ? feature : `${feature} (${found.evidence})`];
  });
  return missing.length === 0 ? undefined : `the host lacks ${missing.join(', ')}`;
}
