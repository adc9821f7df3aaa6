import type { IsolationProfile } from '../../core/isolation-facts.ts';
import { call, linkText, readLink } from './calls.ts';
import type { IsolationCheck, Sibling, Subject, Verdict } from './check.ts';
import { oncePerExamination } from './once-per-examination.ts';
import { parentOf } from './status-fields.ts';
import { fail, inconclusive, judged, notApplicable, pass } from './verdict.ts';

interface Kind {
  readonly name: string;
  readonly what: string;
  readonly profile: IsolationProfile;
}

const kinds: readonly Kind[] = [
  { name: 'pid', what: 'processes', profile: 'baseline' },
  { name: 'net', what: 'interfaces and sockets', profile: 'baseline' },
  { name: 'mnt', what: 'mounts', profile: 'baseline' },
  { name: 'ipc', what: 'System V objects and message queues', profile: 'baseline' },
  { name: 'uts', what: 'the host name', profile: 'baseline' },
  { name: 'user', what: 'users and their rights', profile: 'standard' },
  { name: 'cgroup', what: 'the view of control groups', profile: 'standard' },
];

/** namespaces(7): the link's text is the same for all who share the namespace, wherever it is read. */
export const namespaceChecks: readonly IsolationCheck[] = [
  ...kinds.map(
    ({ name, what, profile }): IsolationCheck => ({
      id: `ns.${name}`,
      claim: `The namespace of ${what} is not the host's.`,
      probed: `/proc/self/ns/${name} inside and the host's /proc/PID/ns/${name} name one namespace; the runner and what started it are in others`,
      source: 'namespaces(7)',
      profile,
      look: (subject) => lookAtOne(subject, name),
    }),
  ),
  {
    id: 'ns.siblings',
    claim: 'No two services share a namespace, but the network where they were declared to.',
    probed: "the host's /proc/PID/ns/* of every service",
    source: 'namespaces(7)',
    profile: 'standard',
    look: lookAtSiblings,
  },
];

/** What each is called: by a new process inside and, as the host shows it, of the service, the runner and what started the service. */
const readAll = oncePerExamination(
  ({ name }) => name,
  async ({ probe, witness }) => {
    const links = await probe.calls(kinds.map(({ name }) => call(...readLink(`/proc/self/ns/${name}`))));
    const starter = parentOf(witness);
    return new Map(
      kinds.map(({ name }, at) => [
        name,
        {
          inside: linkText(links[at]),
          outside: witness.read(`ns/${name}`),
          ours: witness.readSelf(`ns/${name}`),
          starters: witness.readOf(starter, `ns/${name}`),
        },
      ]),
    );
  },
);

async function lookAtOne(subject: Subject, kind: string): Promise<Verdict> {
  const { inside, outside, ours, starters } = (await readAll(subject)).get(kind) ?? {};
  if (outside === undefined || ours === undefined || starters === undefined)
    return inconclusive("the host's /proc does not tell");
  if (outside === ours) return fail(`it is ${ours}, the runner's own`);
  if (outside === starters) return fail(`it is ${outside}, that of the process which started it`);
  if (inside !== outside) return fail(`inside it is ${inside ?? 'not to be read'}, from outside ${outside}`);
  return pass(`${outside}, seen from inside and outside; the host's is ${ours}`);
}

async function lookAtSiblings({ name, spec, witness, siblings }: Subject): Promise<Verdict> {
  if (siblings.length === 0) return notApplicable('there is no other service');
  const shared = siblings.flatMap((sibling) =>
    kinds.flatMap((kind) => {
      if (kind.name === 'net' && shareNetwork({ name, spec }, sibling)) return [];
      const own = witness.read(`ns/${kind.name}`);
      const its = sibling.witness.read(`ns/${kind.name}`);
      if (own === undefined || its === undefined) return [`${kind.name} of ${sibling.name} cannot be told`];
      return own === its ? [`${sibling.name} has the same ${own}`] : [];
    }),
  );
  return judged(shared, [
    `differs from ${siblings.map((sibling) => sibling.name).join(', ')} in all of them`,
  ]);
}

/** `network_mode: service:x`, directly or of the same third. */
export function shareNetwork(
  one: Pick<Subject, 'name' | 'spec'>,
  other: Pick<Sibling, 'name' | 'spec'>,
): boolean {
  return networkOwner(one.spec) === networkOwner(other.spec);
}

const networkOwner = (spec: Subject['spec']): string =>
  spec.network.kind === 'shared' ? spec.network.container : spec.name;
