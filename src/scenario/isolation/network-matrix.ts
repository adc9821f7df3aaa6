import type { Family, Protocol } from '../../core/connectivity.ts';
import { targetOf } from '../../core/connectivity.ts';
import type { NetworkSpec } from '../../core/container.ts';
import { composeFacts, type Matrix } from '../connectivity/compose-facts.ts';
import { survey } from '../connectivity/survey.ts';
import type { Truth, TruthRule } from '../connectivity/truth.ts';
import type { Sibling, Subject, Verdict } from './check.ts';
import { hasEgress } from './outside-world.ts';
import { fail, inconclusive, notApplicable, pass } from './verdict.ts';

/** Beside what is published: a port of each protocol at which our helper listens in the service's place. */
const helperPorts = [
  { port: 9, protocol: 'tcp' },
  { port: 9, protocol: 'udp' },
] as const;
const protocols: readonly Protocol[] = ['tcp', 'udp', 'icmp'];

type Member = Pick<Sibling, 'name' | 'spec' | 'container'>;

/** Of one examination: who asks first has it measured for all. */
const measured = new WeakMap<Subject['examination'], Promise<Matrix>>();

/** The row of a service in the table of who reaches whom, against what its networks and their policies say. */
export async function compareReach(subject: Subject): Promise<Verdict> {
  const { name, siblings, examination } = subject;
  if (siblings.length === 0) return notApplicable('there is no other service');
  const pending = measured.get(examination) ?? surveyAll(subject);
  measured.set(examination, pending);
  const matrix = await pending;
  const isOpen = hasEgress(subject);
  const unasked = (each: { readonly declared: string; readonly outcome: string }): boolean =>
    isOpen && each.declared === 'deny' && each.outcome === 'unmeasured';
  const own = composeFacts(matrix).surprises.filter(({ from }) => from === name);
  const surprises = own.filter((each) => !unasked(each));
  const tell = (each: (typeof surprises)[number]): string =>
    `${targetOf(each)} over IPv${each.family}, declared ${each.declared}: ${each.why}`;
  const wrong = surprises.filter(({ verdict }) => verdict !== 'inconclusive');
  if (wrong.length > 0) return fail(...wrong.map(tell));
  if (surprises.length > 0) return inconclusive(...surprises.map(tell));
  return pass(
    ...outcomesByTarget(matrix, name),
    // The kernel would send it to the world outside, where no network of the scenario is.
    ...own.filter(unasked).map((each) => `not sent, for the way leads out, as declared: ${targetOf(each)}`),
  );
}

/** `two:9/tcp: open over IPv4 and IPv6` */
function outcomesByTarget({ cells }: Matrix, from: string): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const cell of cells) {
    if (cell.from !== from) continue;
    const key = `${targetOf(cell)}: ${cell.outcome}`;
    lines.set(key, [...(lines.get(key) ?? []), `IPv${cell.family}`]);
  }
  return [...lines].map(([what, versions]) => `${what} over ${versions.join(' and ')}`);
}

async function surveyAll(subject: Subject): Promise<Matrix> {
  const members: readonly Member[] = [subject, ...subject.siblings];
  const { clock, signal, networks } = subject;
  const services = members.map(({ name, spec, container }) => ({
    name,
    container,
    namespaceOf: ownerOf(spec),
    declaredPorts: [
      ...spec.ports.map(({ containerPort, protocol }) => ({ port: containerPort, protocol })),
      ...helperPorts,
    ],
  }));
  const attached = members.flatMap(({ container }) => container.networks);
  const families = ([4, 6] as const).filter((family): family is Family =>
    attached.some(({ ipv4, ipv6 }) => (family === 4 ? ipv4 : ipv6) !== undefined),
  );
  const truth = truthOf(members, networks);
  return await survey({
    services,
    truth,
    families,
    places: [],
    leftOut: [],
    ignoresHeardUdp: true,
    clock,
    signal,
  });
}

const ownerOf = ({ name, network }: Sibling['spec']): string =>
  network.kind === 'shared' ? network.container : name;

/** Members of a network reach each other, or what its policy allows; who shares a network namespace has its owner's networks. */
function truthOf(members: readonly Member[], networks: readonly NetworkSpec[]): Truth {
  const names = new Set(members.flatMap(({ container }) => container.networks.map(({ network }) => network)));
  const together = (owners: readonly string[]): ReadonlySet<string> =>
    new Set(members.filter(({ spec }) => owners.includes(ownerOf(spec))).map(({ name }) => name));
  const ofNetworks = [...names].flatMap((network): readonly TruthRule[] => {
    const owners = members
      .filter(({ container }) => container.networks.some((each) => each.network === network))
      .map(({ spec }) => spec.name);
    const policy = networks.find(({ name }) => name === network)?.policy;
    const all = together(owners);
    if (policy === undefined) return protocols.map((protocol) => ({ from: all, to: all, protocol }));
    return policy.allow.map(({ from = owners, to = owners, protocol, port }) => ({
      from: together(from.filter((each) => owners.includes(each))),
      to: together(to.filter((each) => owners.includes(each))),
      protocol,
      ...(port === undefined ? {} : { port }),
    }));
  });
  const ofNamespaces = members.flatMap(({ spec }): readonly TruthRule[] => {
    const all = together([spec.name]);
    return all.size > 1 ? protocols.map((protocol) => ({ from: all, to: all, protocol })) : [];
  });
  // Rules of nobody name the protocols that are to be measured, where no network does.
  const nobody = new Set<string>();
  const measuredToo = protocols.map((protocol) => ({ from: nobody, to: nobody, protocol }));
  return { default: 'deny', allow: [...ofNetworks, ...ofNamespaces, ...measuredToo], deny: [] };
}
