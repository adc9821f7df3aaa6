import { MayflyError } from '../../../core/mayfly-error.ts';
import { type Machine, machineOf, type SyscallAbi } from './architectures.ts';
import { assemble, type Node } from './bpf.ts';
import { compileNumbers } from './compile-numbers.ts';
import type { SeccompProfile, SeccompRule } from './profile.ts';
import { returnAction } from './return-value.ts';
import type { SeccompProgram } from './seccomp-program.ts';
import { type SeccompContext, selectRules } from './select-rules.ts';

/** struct seccomp_data. */
const numberOffset = 0;
const archOffset = 4;

/** The profile as a program for this machine. `nodeArch` is Node's `process.arch`. */
export function compileProfile(
  profile: SeccompProfile,
  context: SeccompContext,
  machine: Machine,
): SeccompProgram {
  const rules = selectRules(profile.rules, context);
  const known = machine.abis.filter(({ name }, index) => index === 0 || profile.architectures.includes(name));
  return { flags: profile.flags, filter: assemble(compileArchitectures(profile, rules, known)) };
}

export function requireMachine(nodeArch: string): Machine {
  const machine = machineOf(nodeArch);
  if (machine !== undefined) return machine;
  throw new MayflyError(
    'HOST_MISSING_FEATURE',
    `there is no seccomp filter for the architecture ${nodeArch}`,
    {
      hint: 'use `security_opt: [seccomp:unconfined]` if you must run here',
    },
  );
}

/** A program of an interface that the profile does not name is ended: its numbers mean something else. */
function compileArchitectures(
  profile: SeccompProfile,
  rules: readonly SeccompRule[],
  abis: readonly SyscallAbi[],
): Node {
  const auditArches = [...new Set(abis.map(({ auditArch }) => auditArch))];
  const stranger: Node = returnAction({ kind: 'killProcess' });
  const check = auditArches.reduceRight<Node>((otherwise, auditArch) => {
    const own = abis.filter((abi) => abi.auditArch === auditArch);
    const whenTrue: Node = { kind: 'load', offset: numberOffset, next: compileNumbers(profile, rules, own) };
    return { kind: 'jump', test: 'equal', operand: auditArch, whenTrue, whenFalse: otherwise };
  }, stranger);
  return { kind: 'load', offset: archOffset, next: check };
}
