import { capabilityNames } from '../../../core/capability-names.ts';

const numbers: ReadonlyMap<string, number> = new Map(capabilityNames.map((name, number) => [name, number]));

/** The set as the kernel's bit mask; undefined when one of the names is none. Names without `CAP_`. */
export function capabilityMask(names: Iterable<string>): bigint | undefined {
  let mask = 0n;
  for (const name of names) {
    const number = numbers.get(name);
    if (number === undefined) return undefined;
    mask |= 1n << BigInt(number);
  }
  return mask;
}

/** Names in the order of their numbers; a bit without a name is shown by its number. */
export function capabilitiesOfMask(mask: bigint): readonly string[] {
  const names: string[] = [];
  for (let number = 0; mask >> BigInt(number) > 0n; number += 1) {
    if ((mask >> BigInt(number)) & 1n) names.push(capabilityNames[number] ?? `cap_${number}`);
  }
  return names;
}
