import type { Machine } from '../../../../src/engine/linux/seccomp/architectures.ts';
import type { ArgumentTest, SeccompProfile } from '../../../../src/engine/linux/seccomp/profile.ts';
import { returnValue } from '../../../../src/engine/linux/seccomp/return-value.ts';
import { type SeccompContext, selectRules } from '../../../../src/engine/linux/seccomp/select-rules.ts';
import type { SeccompData } from './bpf-interpreter.ts';

const killProcess = 0x8000_0000;
const errnoENOSYS = 0x0005_0026;
const x32Bit = 0x4000_0000;

/** What a profile says of one call, read off directly: the truth that the compiled program is measured against. */
export function evaluateProfile(
  profile: SeccompProfile,
  context: SeccompContext,
  machine: Machine,
  data: SeccompData,
): number {
  const isX32 = machine.goArch === 'amd64' && data.arch === machine.abis[0]?.auditArch && data.nr >= x32Bit;
  const abi = machine.abis.find(
    ({ name, auditArch, numberBit }, index) =>
      auditArch === data.arch &&
      numberBit === (isX32 ? x32Bit : 0) &&
      (index === 0 || profile.architectures.includes(name)),
  );
  if (abi === undefined) return killProcess;
  const rules = selectRules(profile.rules, context);
  const number = data.nr - abi.numberBit;
  const named = rules.flatMap(({ names }) => names).flatMap((name) => abi.syscalls[name] ?? []);
  const rule = rules.find(
    ({ names, args }) =>
      names.some((name) => abi.syscalls[name] === number) && args.every((test) => holds(test, data)),
  );
  if (rule !== undefined) return returnValue(rule.action);
  const isYoung = named.length > 0 && number > Math.max(...named);
  return isYoung && profile.defaultAction.kind === 'errno' ? errnoENOSYS : returnValue(profile.defaultAction);
}

function holds({ index, op, value, valueTwo }: ArgumentTest, { args }: SeccompData): boolean {
  const argument = args[index] ?? 0n;
  switch (op) {
    case 'equal':
      return argument === value;
    case 'notEqual':
      return argument !== value;
    case 'less':
      return argument < value;
    case 'lessOrEqual':
      return argument <= value;
    case 'greater':
      return argument > value;
    case 'greaterOrEqual':
      return argument >= value;
    case 'maskedEqual':
      return (argument & value) === valueTwo;
    default:
      return op satisfies never;
  }
}
