import type { Rlimit } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { rlimitNumbers, unlimitedResource } from '../abi/rlimits.ts';
import type { Tape } from '../tape/op.ts';

/** No core dumps unless asked for: core_pattern's handler runs on the host (kernel-notes, "Security traps"). */
const noCoreDumps: Rlimit = { name: 'core', soft: 0, hard: 0 };

export function planRlimits(rlimits: readonly Rlimit[]): Tape {
  const all = rlimits.some(({ name }) => name === 'core') ? rlimits : [noCoreDumps, ...rlimits];
  return all.map(({ name, soft, hard }) => {
    const resource = rlimitNumbers[name];
    if (resource === undefined) {
      throw new MayflyError('SCENARIO_WRONG_VALUE', `there is no resource limit ${JSON.stringify(name)}`, {
        hint: `use one of ${Object.keys(rlimitNumbers).join(', ')}`,
      });
    }
    const limit = { soft: kernelValue(soft), hard: kernelValue(hard) };
    if (limit.soft > limit.hard) {
      throw new MayflyError(
        'SCENARIO_WRONG_VALUE',
        `the soft limit of ${name} (${soft}) is above its hard limit (${hard})`,
        {
          hint: 'raise the hard limit or lower the soft one',
        },
      );
    }
    return { kind: 'rlimit', resource, ...limit } as const;
  });
}

function kernelValue(value: number): bigint {
  return value < 0 ? unlimitedResource : BigInt(value);
}
