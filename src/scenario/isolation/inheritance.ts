import { call } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { inconclusive, judged } from './verdict.ts';

/** fcntl(2), F_GETFD; more than a process of ours ever has. */
const [getDescriptorFlags, mostDescriptors] = [1, 4096];
/** What the engine adds where nobody declared it. */
const added = new Set(['HOME', 'PATH', 'HOSTNAME', 'TERM']);

export const inheritanceChecks: readonly IsolationCheck[] = [
  {
    id: 'fd.none-inherited',
    claim: 'A new process has descriptors 0, 1 and 2 and no other.',
    probed: `fcntl(F_GETFD) of the first ${mostDescriptors} numbers in a new process`,
    source: 'CVE-2024-21626; OCI runtime-spec runtime.md',
    profile: 'baseline',
    look: countDescriptors,
  },
  {
    id: 'env.exact',
    claim: 'The environment is the declared one; nothing of the runner’s leaks.',
    probed: 'what a new process was started with',
    source: 'execve(2); OCI runtime-spec config.md, "Process"',
    profile: 'baseline',
    look: compareEnvironments,
  },
];

async function countDescriptors({ openProbe }: Subject): Promise<Verdict> {
  await using probe = await openProbe('itself');
  const numbers = Array.from({ length: mostDescriptors }, (_, number) => number);
  const results = await probe.calls([{ ...call('fcntl', 0, getDescriptorFlags, 0), times: mostDescriptors }]);
  const present = numbers.filter((number) => results[number]?.error === undefined);
  if ([0, 1, 2].some((number) => !present.includes(number)))
    return inconclusive(`it has only ${present.join(', ')}`);
  return judged(
    present.filter((number) => number > 2).map((number) => `descriptor ${number} is open, too`),
    ['0, 1 and 2 are open, nothing else'],
  );
}

async function compareEnvironments({ probe, spec }: Subject): Promise<Verdict> {
  const declared = new Map(spec.process.environment.map(nameAndValue));
  const seen = new Map(probe.environment.map(nameAndValue));
  const faults = [
    ...[...seen].flatMap(([name, value]) => {
      if (!declared.has(name)) return added.has(name) ? [] : [`${name} is there and was not declared`];
      return declared.get(name) === value ? [] : [`${name} has another value than declared`];
    }),
    ...[...declared.keys()]
      .filter((name) => !seen.has(name))
      .map((name) => `${name} is declared and not there`),
  ];
  return judged(faults, [`${[...seen.keys()].join(' ')}: as declared`]);
}

function nameAndValue(line: string): readonly [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}
