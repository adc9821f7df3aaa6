import type { SyscallAbi } from './architectures.ts';
import { compileTest } from './argument-test.ts';
import type { Node } from './bpf.ts';
import type { SeccompProfile, SeccompRule } from './profile.ts';
import { returnAction } from './return-value.ts';

const ENOSYS = 38;
const x32Start = 0x4000_0000;

/** A stretch of numbers, up to the next one's start, that ends in the same way. */
interface Stretch {
  readonly from: number;
  readonly leadsTo: Node;
}

/** From the number of a call to what becomes of it; the accumulator holds the number. */
export function compileNumbers(
  profile: SeccompProfile,
  rules: readonly SeccompRule[],
  abis: readonly SyscallAbi[],
): Node {
  const x32Absent =
    abis.every(({ numberBit }) => numberBit === 0) && abis.some(({ name }) => name === 'SCMP_ARCH_X86_64');
  const stretches = abis.flatMap((abi) => stretchesOf(profile, rules, abi));
  const x32Killed: readonly Stretch[] = x32Absent
    ? [{ from: x32Start, leadsTo: returnAction({ kind: 'killProcess' }) }]
    : [];
  return compileSearch(mergeEqual([...stretches, ...x32Killed].toSorted((a, b) => a.from - b.from)));
}

function stretchesOf(
  profile: SeccompProfile,
  rules: readonly SeccompRule[],
  abi: SyscallAbi,
): readonly Stretch[] {
  const otherwise: Node = returnAction(profile.defaultAction);
  const byName = groupByName(rules);
  const numbered = Object.entries(abi.syscalls)
    .filter(([name]) => byName.has(name))
    .map(([name, number]) => ({ number, rules: byName.get(name) ?? [] }))
    .toSorted((a, b) => a.number - b.number);
  const last = numbered.at(-1)?.number ?? -1;
  const stretches = numbered.flatMap(({ number, rules: own }): readonly Stretch[] => [
    { from: number + abi.numberBit, leadsTo: compileRules(own, otherwise) },
    { from: number + 1 + abi.numberBit, leadsTo: otherwise },
  ]);
  // Younger than anything the profile knows: programs fall back on ENOSYS, not on EPERM (runc does the same).
  const beyond: Node =
    profile.defaultAction.kind === 'errno' && last >= 0
      ? returnAction({ kind: 'errno', value: ENOSYS })
      : otherwise;
  return [
    { from: abi.numberBit, leadsTo: otherwise },
    ...stretches.slice(0, -1),
    { from: last + 1 + abi.numberBit, leadsTo: beyond },
  ];
}

function groupByName(rules: readonly SeccompRule[]): ReadonlyMap<string, readonly SeccompRule[]> {
  const byName = new Map<string, SeccompRule[]>();
  for (const rule of rules) {
    for (const name of rule.names) {
      const own = byName.get(name);
      if (own === undefined) byName.set(name, [rule]);
      else own.push(rule);
    }
  }
  return byName;
}

/** The first rule whose tests all hold decides. */
function compileRules(rules: readonly SeccompRule[], otherwise: Node): Node {
  return rules.reduceRight<Node>((next, { action, args }) => {
    const decided: Node = returnAction(action);
    return args.reduceRight<Node>((holds, test) => compileTest(test, holds, next), decided);
  }, otherwise);
}

/** Neighbours that end alike become one; a later stretch from the same number replaces an earlier one. */
function mergeEqual(stretches: readonly Stretch[]): readonly Stretch[] {
  const merged: Stretch[] = [];
  for (const [index, stretch] of stretches.entries()) {
    if (stretches[index + 1]?.from === stretch.from) continue;
    const before = merged.at(-1);
    if (before === undefined || !endsAlike(before.leadsTo, stretch.leadsTo)) merged.push(stretch);
  }
  return merged;
}

function endsAlike(a: Node, b: Node): boolean {
  return a === b || (a.kind === 'return' && b.kind === 'return' && a.value === b.value);
}

/** A balanced search by the starts of stretches: about eight comparisons for any number. */
function compileSearch(stretches: readonly Stretch[]): Node {
  const [first] = stretches;
  if (first === undefined) return returnAction({ kind: 'killProcess' });
  if (stretches.length === 1) return first.leadsTo;
  const middle = Math.ceil(stretches.length / 2);
  const upper = stretches.slice(middle);
  const operand = upper[0]?.from ?? 0;
  return {
    kind: 'jump',
    test: 'greaterOrEqual',
    operand,
    whenTrue: compileSearch(upper),
    whenFalse: compileSearch(stretches.slice(0, middle)),
  };
}
