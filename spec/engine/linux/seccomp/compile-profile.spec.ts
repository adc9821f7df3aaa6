import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Machine, machineOf } from '../../../../src/engine/linux/seccomp/architectures.ts';
import { compileProfile } from '../../../../src/engine/linux/seccomp/compile-profile.ts';
import { defaultProfile } from '../../../../src/engine/linux/seccomp/default-profile.ts';
import { parseProfile } from '../../../../src/engine/linux/seccomp/parse-profile.ts';
import type {
  ArgumentTest,
  SeccompAction,
  SeccompProfile,
  SeccompRule,
} from '../../../../src/engine/linux/seccomp/profile.ts';
import { runFilter, type SeccompData } from './bpf-interpreter.ts';
import { evaluateProfile } from './evaluate-profile.ts';

const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
/** Values that meet each other often, with halves that do too. */
const anyValue = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 0x1_0000_0000n, 0x1_0000_0001n, 0xffff_ffffn, 0xffff_ffff_ffff_ffffn),
  u64,
);
const anyArgs = fc.array(anyValue, { minLength: 6, maxLength: 6 });

const anyAction: fc.Arbitrary<SeccompAction> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'allow' as const,
      'log' as const,
      'trap' as const,
      'killThread' as const,
      'killProcess' as const,
    ),
  }),
  fc.record({ kind: fc.constantFrom('errno' as const, 'trace' as const), value: fc.nat({ max: 4095 }) }),
);

const anyTest: fc.Arbitrary<ArgumentTest> = fc.record({
  index: fc.nat({ max: 5 }),
  op: fc.constantFrom('equal', 'notEqual', 'less', 'lessOrEqual', 'greater', 'greaterOrEqual', 'maskedEqual'),
  value: anyValue,
  valueTwo: anyValue,
});

const capabilities = ['SYS_ADMIN', 'SYS_CHROOT'];
const anyCondition = fc.record({
  caps: fc.subarray([...capabilities, 'BPF']),
  arches: fc.subarray(['amd64', 'arm64'], { maxLength: 1 }),
});
const nowhere = { caps: [], arches: [] };

function anyProfile(machine: Machine): fc.Arbitrary<SeccompProfile> {
  const names = [...new Set(machine.abis.flatMap(({ syscalls }) => Object.keys(syscalls)))];
  const anyRule: fc.Arbitrary<SeccompRule> = fc.record({
    names: fc.array(
      fc.oneof(fc.constantFrom('read', 'write', 'openat', 'no_such_call'), fc.constantFrom(...names)),
      { minLength: 1, maxLength: 60 },
    ),
    action: anyAction,
    args: fc.array(anyTest, { maxLength: 3 }),
    includes: fc.oneof(
      { weight: 4, arbitrary: fc.constant(nowhere) },
      { weight: 1, arbitrary: anyCondition },
    ),
    excludes: fc.oneof(
      { weight: 4, arbitrary: fc.constant(nowhere) },
      { weight: 1, arbitrary: anyCondition },
    ),
  });
  return fc.record({
    defaultAction: anyAction,
    architectures: fc.subarray(machine.abis.map(({ name }) => name)),
    flags: fc.constant(0),
    rules: fc.array(anyRule, { maxLength: 30 }),
  });
}

function anyData(machine: Machine): fc.Arbitrary<SeccompData> {
  const arches = [...machine.abis.map(({ auditArch }) => auditArch), 0x4000_0028];
  const nr = fc.oneof(
    fc.nat({ max: 600 }),
    fc.nat({ max: 600 }).map((n) => n + 0x4000_0000),
    fc.nat({ max: 0xffff_ffff }),
  );
  return fc.record({ nr, arch: fc.constantFrom(...arches), args: anyArgs });
}

function machine(nodeArch: string): Machine {
  const found = machineOf(nodeArch);
  if (found === undefined) throw new Error(`no machine ${nodeArch}`);
  return found;
}

describe.each(['x64', 'arm64'])('on %s', (nodeArch) => {
  const here = machine(nodeArch);
  const context = { capabilities, goArch: here.goArch, kernelRelease: '6.18.44' };

  test('the program decides as the profile says, for any profile and any call', () => {
    fc.assert(
      fc.property(
        anyProfile(here),
        fc.array(anyData(here), { minLength: 40, maxLength: 80 }),
        (profile, calls) => {
          const { filter } = compileProfile(profile, context, here);
          for (const data of calls)
            expect({ data, value: runFilter(filter, data) }).toEqual({
              data,
              value: evaluateProfile(profile, context, here, data),
            });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the default profile is compiled true for every number of every interface', () => {
    const profile = parseProfile(defaultProfile, here.abis[0]?.name ?? '');
    const { filter } = compileProfile(profile, context, here);
    for (const { auditArch, numberBit } of here.abis) {
      for (let number = 0; number < 620; number += 1) {
        for (const args of [
          [0n, 0n],
          [0xffff_ffffn, 1n],
          [40n, 0n],
        ]) {
          const data = { nr: number + numberBit, arch: auditArch, args: [...args, 0n, 0n, 0n, 0n] };
          expect(runFilter(filter, data)).toBe(evaluateProfile(profile, context, here, data));
        }
      }
    }
  });
});

test('a profile too large for the kernel is refused by name', () => {
  const args = Array.from({ length: 6 }, (_, index) => ({
    index,
    op: 'equal' as const,
    value: 1n,
    valueTwo: 0n,
  }));
  const rules = Array.from({ length: 300 }, () => ({
    names: ['read'],
    action: { kind: 'allow' as const },
    args,
    includes: nowhere,
    excludes: nowhere,
  }));
  const here = machine('x64');
  const context = { capabilities, goArch: here.goArch, kernelRelease: '6.1' };
  expect(() =>
    compileProfile({ defaultAction: { kind: 'allow' }, architectures: [], flags: 0, rules }, context, here),
  ).toThrow(expect.objectContaining({ code: 'SCENARIO_LIMIT' }));
});
