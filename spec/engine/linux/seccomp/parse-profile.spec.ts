import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import { parseProfile } from '../../../../src/engine/linux/seccomp/parse-profile.ts';

const base: JsonObject = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [] };
const rule = (fields: JsonObject): JsonObject => ({
  ...base,
  syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW', ...fields }],
});
const test0 = (fields: JsonObject): JsonObject =>
  rule({ args: [{ index: 0, op: 'SCMP_CMP_EQ', value: 1, ...fields }] });

const mistakes: readonly (readonly [name: string, json: JsonObject, says: string])[] = [
  ['no default action', { syscalls: [] }, 'has the action undefined'],
  [
    'an action that needs a supervisor',
    rule({ action: 'SCMP_ACT_NOTIFY' }),
    'has the action "SCMP_ACT_NOTIFY"',
  ],
  ['a rule that is no object', { ...base, syscalls: ['read'] }, 'has a rule that is no object'],
  ['syscalls that are no list', { ...base, syscalls: 'read' }, 'has a syscalls that is no list'],
  ['no names', rule({ names: [] }), 'has a rule without names'],
  ['an impossible errno', rule({ errnoRet: 5000 }), 'has the impossible errno 5000'],
  ['a seventh argument', test0({ index: 6 }), 'tests argument 6'],
  ['an unknown operator', test0({ op: 'EQ' }), 'has the unknown operator "EQ"'],
  ['a number that JSON cannot hold', test0({ value: 2 ** 60 + 2 ** 8 }), 'which is no exact unsigned number'],
  ['a negative number', test0({ value: -1 }), 'which is no exact unsigned number'],
  ['an unknown flag', { ...base, flags: ['SECCOMP_FILTER_FLAG_NEW_LISTENER'] }, 'has the unknown flag'],
];

describe('a profile that cannot be used says why', () => {
  test.each(mistakes)('%s', (_, json, says) => {
    expect(() => parseProfile(json, 'SCMP_ARCH_X86_64')).toThrow(
      expect.objectContaining({ code: 'SCENARIO_WRONG_VALUE', message: expect.stringContaining(says) }),
    );
  });
});

test('the OCI form and Docker’s form are both read', () => {
  const profile = parseProfile(
    {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      architectures: ['SCMP_ARCH_X86'],
      archMap: [
        { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X32'] },
        { architecture: 'SCMP_ARCH_RISCV64', subArchitectures: null },
        { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
      ],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      syscalls: [
        { name: 'old', action: 'SCMP_ACT_KILL' },
        {
          names: ['clone3'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 38,
          comment: 'x',
          includes: { caps: ['CAP_BPF'], minKernel: '4.8' },
          args: null,
        },
        {
          names: ['socket'],
          action: 'SCMP_ACT_ALLOW',
          args: [{ index: 1, op: 'SCMP_CMP_NE', value: 2 ** 64 }],
        },
      ],
    },
    'SCMP_ARCH_X86_64',
  );
  const nowhere = { caps: [], arches: [] };
  expect(profile).toEqual({
    defaultAction: { kind: 'errno', value: 38 },
    architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    flags: 2,
    rules: [
      { names: ['old'], action: { kind: 'killThread' }, args: [], includes: nowhere, excludes: nowhere },
      {
        names: ['clone3'],
        action: { kind: 'errno', value: 38 },
        args: [],
        includes: { caps: ['BPF'], arches: [], minKernel: '4.8' },
        excludes: nowhere,
      },
      {
        names: ['socket'],
        action: { kind: 'allow' },
        args: [{ index: 1, op: 'notEqual', value: 0xffff_ffff_ffff_ffffn, valueTwo: 0n }],
        includes: nowhere,
        excludes: nowhere,
      },
    ],
  });
});
