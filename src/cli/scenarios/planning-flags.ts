import type { Flags, FlagValues } from '../arguments/flag.ts';

/** Flags that decide what a scenario becomes; the same for every command that plans. */
export const planningFlags = {
  var: { kind: 'texts', value: 'NAME=VALUE', what: 'Set `vars.NAME`; wins over the file' },
  'vars-file': { kind: 'texts', value: 'FILE', what: 'Set variables from a YAML or JSON mapping' },
  profile: { kind: 'texts', value: 'NAME', what: 'Also run services with this profile; `*` is all of them' },
  seed: {
    kind: 'whole',
    value: 'NUMBER',
    what: 'For everything that is random; the same seed repeats a run',
  },
  'allow-privileged': { kind: 'switch', what: 'Let scenarios ask for `privileged: true`' },
  'allow-host-binds': { kind: 'switch', what: 'Let scenarios read and bind files outside of their folder' },
  'allow-public-ports': {
    kind: 'switch',
    what: 'Let scenarios publish ports on other addresses than loopback',
  },
} as const satisfies Flags;

export type PlanningValues = FlagValues<typeof planningFlags>;

/** Flags that choose among the scenarios found. */
export const selectionFlags = {
  tag: {
    kind: 'texts',
    value: 'TAG',
    what: 'Only scenarios with one of these tags; `manual` ones only when asked for',
  },
  grep: { kind: 'text', value: 'REGEX', what: 'Only scenarios whose file and name match' },
  shard: {
    kind: 'text',
    value: 'K/N',
    what: 'Only the K-th of N equal parts of them; the same `--seed` (else 0) cuts them the same on every machine',
  },
} as const satisfies Flags;

export type SelectionValues = FlagValues<typeof selectionFlags>;
