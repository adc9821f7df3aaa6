import { expect, test } from 'vitest';
import type { CheckResult } from '../../../src/core/check-result.ts';
import type { Subject } from '../../../src/scenario/isolation/check.ts';
import { isolationChecks } from '../../../src/scenario/isolation/check-table.ts';
import { type Answer, fakeGuest, fakeSubject, scriptedProbe, scriptedWitness } from './fake-subject.ts';

/** How these may break in ways that no one sabotage of a real container shows apart, or not on every machine. */
const ids = ['ns.mnt', 'ns.user', 'ns.net', 'user.ranges', 'uts.hostname', 'lsm.profile'];

/** What the kernel is made to say. */
interface World {
  /** Of the container. */
  readonly own?: Readonly<Record<string, string>>;
  /** Of a process of another scenario. */
  readonly stranger?: Readonly<Record<string, string>>;
  /** A change of the host name inside is seen by a sibling, or by the host. */
  readonly renames?: 'sibling' | 'host';
  /** What the probe reads of `/proc/self/ns/…`. */
  readonly inside?: Readonly<Record<string, string>>;
}

const [starter, other] = [10, 20];
const kinds = ['mnt', 'user', 'net'];
const namespaces = (number: number): Readonly<Record<string, string>> =>
  Object.fromEntries(kinds.map((kind) => [`ns/${kind}`, `${kind}:[${number}]`]));

function subjectIn({ own = {}, stranger = {}, renames, inside = {} }: World): Subject {
  const files: Readonly<Record<string, string>> = {
    ...namespaces(3),
    status: `PPid:\t${starter}\n`,
    uid_map: '0 100000 65536\n',
    'attr/current': 'mayfly (enforce)\n',
    ...own,
  };
  let [name, isRenamed] = ['one', false];
  const answer: Answer = (call) => {
    if (call.name === 'readlinkat') {
      const file = String(call.args[1]).replace('/proc/self/', '');
      const text = inside[file] ?? files[file] ?? '';
      return { value: text.length, out: [Buffer.from(text)] };
    }
    if (call.name === 'sethostname') {
      name = String(call.args[0]);
      isRenamed = name !== 'one';
    }
    return undefined;
  };
  const sibling: Answer = (call) => {
    if (call.name !== 'uname') return undefined;
    const out = Buffer.alloc(390);
    out.write(renames === 'sibling' ? name : 'two', 65);
    return { out: [out] };
  };
  const runner: Readonly<Record<string, string>> = {
    ...namespaces(1),
    status: 'Uid:\t0\t0\t0\t0\n',
    'attr/current': 'mayfly (enforce)\n',
  };
  const witness = scriptedWitness({
    own: files,
    others: {
      [starter]: namespaces(2),
      [other]: { ...namespaces(4), status: 'PPid:\t1\n', uid_map: '0 200000 65536\n', ...stranger },
    },
  });
  const probe = scriptedProbe(answer);
  return fakeSubject({
    probe,
    root: probe,
    guests: [fakeGuest('two', sibling)],
    witness: {
      ...witness,
      readSelf: (file) =>
        file === '../sys/kernel/hostname' ? (renames === 'host' && isRenamed ? name : 'host') : runner[file],
    },
  });
}

async function resultsIn(world: World): Promise<Readonly<Record<string, CheckResult>>> {
  const results: [string, CheckResult][] = [];
  for (const check of isolationChecks)
    if (ids.includes(check.id)) results.push([check.id, (await check.look(subjectIn(world))).result]);
  return Object.fromEntries(results);
}

const allPass = Object.fromEntries(ids.map((id) => [id, 'pass']));

test('what is sealed passes', async () => {
  expect(await resultsIn({})).toEqual(allPass);
});

test.each<World & { readonly what: string; readonly breaks: string }>([
  ...kinds.flatMap((kind) => [
    {
      what: `the ${kind} namespace of the runner`,
      own: { [`ns/${kind}`]: `${kind}:[1]` },
      breaks: `ns.${kind}`,
    },
    {
      what: `the ${kind} namespace of what started it`,
      own: { [`ns/${kind}`]: `${kind}:[2]` },
      breaks: `ns.${kind}`,
    },
    {
      what: `a probe in another ${kind} namespace than the service`,
      inside: { [`ns/${kind}`]: `${kind}:[9]` },
      breaks: `ns.${kind}`,
    },
  ]),
  { what: 'users of another scenario', stranger: { uid_map: '0 165535 65536\n' }, breaks: 'user.ranges' },
  { what: 'a host name in common with a sibling', renames: 'sibling', breaks: 'uts.hostname' },
  { what: 'a host name in common with the host', renames: 'host', breaks: 'uts.hostname' },
  { what: 'another label', own: { 'attr/current': 'unconfined\n' }, breaks: 'lsm.profile' },
])('$what fails', async ({ what: _, breaks, ...world }) => {
  expect(await resultsIn(world)).toEqual({ ...allPass, [breaks]: 'fail' });
});
