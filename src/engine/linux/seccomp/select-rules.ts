import type { RuleCondition, SeccompRule } from './profile.ts';

export interface SeccompContext {
  /** Bounding set, without `CAP_`. */
  readonly capabilities: readonly string[];
  readonly goArch: string;
  /** `6.18.44-…`. */
  readonly kernelRelease: string;
}

/** The rules that count here: all of `includes` must hold, and nothing of `excludes` (as in Docker). */
export function selectRules(rules: readonly SeccompRule[], context: SeccompContext): readonly SeccompRule[] {
  return rules.filter(
    ({ includes, excludes }) => isIncluded(includes, context) && !isExcluded(excludes, context),
  );
}

function isIncluded({ caps, arches, minKernel }: RuleCondition, context: SeccompContext): boolean {
  if (!caps.every((name) => context.capabilities.includes(name))) return false;
  if (arches.length > 0 && !arches.includes(context.goArch)) return false;
  return minKernel === undefined || isAtLeast(context.kernelRelease, minKernel);
}

function isExcluded({ caps, arches, minKernel }: RuleCondition, context: SeccompContext): boolean {
  if (caps.some((name) => context.capabilities.includes(name)) || arches.includes(context.goArch))
    return true;
  return minKernel !== undefined && isAtLeast(context.kernelRelease, minKernel);
}

function isAtLeast(release: string, wanted: string): boolean {
  const [major = 0, minor = 0] = release.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
