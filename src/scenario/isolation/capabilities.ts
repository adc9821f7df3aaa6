import { capabilityNames } from '../../core/capability-names.ts';
import { callOne } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { readNewStatus, statusField } from './status-fields.ts';
import { inconclusive, judged } from './verdict.ts';

/** What reaches beyond a container, were it ever to leave its user namespace. */
export const dangerous = [
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_PTRACE',
  'SYS_BOOT',
  'SYS_TIME',
  'NET_ADMIN',
  'DAC_READ_SEARCH',
  'MAC_ADMIN',
  'BPF',
  'PERFMON',
  'SYSLOG',
];

/** As /proc/PID/status names them. */
export const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'] as const;

export const capabilityChecks: readonly IsolationCheck[] = [
  {
    id: 'caps.exact',
    claim: 'All five capability sets are the declared ones.',
    probed: '/proc/self/status of a new process; the main process, seen by the host, has no more',
    source: 'capabilities(7); OCI runtime-spec config.md, "Linux Process"',
    profile: 'baseline',
    look: compareSets,
  },
  {
    id: 'caps.no-dangerous',
    claim: `None of ${dangerous.join(' ')} can be had.`,
    probed: 'the bounding and effective sets of a new process and of the main one',
    source: 'capabilities(7); CIS Docker 5.3',
    profile: 'baseline',
    look: lookForDangerous,
  },
];

async function compareSets(subject: Subject): Promise<Verdict> {
  const { probe, witness, spec } = subject;
  const status = await readNewStatus(subject);
  const outside = witness.read('status');
  if ('error' in status) return inconclusive(`/proc/self/status cannot be read: ${status.error}`);
  if (outside === undefined) return inconclusive("the host's /proc does not tell");
  const isRoot = (await callOne(probe, 'geteuid')).value === 0;
  const declared = maskOf(spec.process.capabilities);
  const held = isRoot ? declared : 0n;
  const wanted = { CapInh: 0n, CapPrm: held, CapEff: held, CapBnd: declared, CapAmb: 0n };
  return judged(
    [
      ...sets.flatMap((set) => {
        const has = maskIn(status.text, set);
        return has === wanted[set] ? [] : [`${set} is ${namesOf(has)}, declared ${namesOf(wanted[set])}`];
      }),
      ...sets.flatMap((set) => {
        const more = maskIn(outside, set) & ~(set === 'CapAmb' || set === 'CapInh' ? 0n : declared);
        return more === 0n ? [] : [`the main process has ${namesOf(more)} in ${set} beside`];
      }),
    ],
    [`bounding: ${namesOf(declared)}`, `permitted and effective: ${namesOf(held)}`],
  );
}

async function lookForDangerous(subject: Subject): Promise<Verdict> {
  const status = await readNewStatus(subject);
  const outside = subject.witness.read('status');
  if ('error' in status || outside === undefined) return inconclusive('its capabilities cannot be read');
  const all = [status.text, outside].flatMap((text) => [
    maskIn(text, 'CapBnd'),
    maskIn(text, 'CapEff'),
    maskIn(text, 'CapPrm'),
  ]);
  const union = all.reduce((a, b) => a | b, 0n);
  const found = dangerous.filter((name) => (union & maskOf([name])) !== 0n);
  return judged(
    found.map((name) => `it can have ${name}`),
    [`it can have ${namesOf(union)}`],
  );
}

export const maskIn = (status: string, set: string): bigint =>
  BigInt(`0x${statusField(status, set)[0] ?? '0'}`);

/** Bit by bit in the kernel's order (linux/capability.h). */
export const maskOf = (names: readonly string[]): bigint =>
  names.reduce(
    (mask, name) => mask | (1n << BigInt(capabilityNames.indexOf(name as (typeof capabilityNames)[number]))),
    0n,
  );

export function namesOf(mask: bigint): string {
  const names = capabilityNames.filter((_, bit) => (mask >> BigInt(bit)) & 1n);
  return names.length === 0 ? 'none' : names.join(' ');
}
