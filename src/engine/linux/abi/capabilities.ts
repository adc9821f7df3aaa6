/** capabilities(7), linux/capability.h: names without `CAP_`, each at its number. */
export const capabilityNames = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const;

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
