import type { Family, Protocol } from '../../core/connectivity.ts';
import { targetOf } from '../../core/connectivity.ts';
import type { NetworkSpec } from '../../core/container.ts';
import type { Matrix } from '../connectivity/compose-facts.ts';
import { judgeCell } from '../connectivity/judge.ts';
import { survey } from '../connectivity/survey.ts';
import { declaredFor, type Truth, type TruthRule } from '../connectivity/truth.ts';
import type { Sibling, Subject, Verdict } from './check.ts';
import { oncePerExamination } from './once-per-examination.ts';
import { fail, inconclusive, notApplicable, pass } from './verdict.ts';

/** Beside what is published: a port of each protocol at which our helper listens in the service's place. */
const helperPorts = [
  { port: 9, protocol: 'tcp' },
  { port: 9, protocol: 'udp' },
] as const;
const protocols: readonly Protocol[] = ['tcp', 'udp', 'icmp'];

type Member = Pick<Sibling, 'name' | 'spec' | 'container'>;

/** Of one examination: who asks first has it measured for all. */
const measure = oncePerExamination(() => 'all', surveyAll);

/** The row of a service in the table of who reaches whom, against what its networks and their policies say. */
export async function compareReach(subject: Subject): Promise<Verdict> {
  const { name, siblings } = subject;
  if (siblings.length === 0) return notApplicable('there is no other service');
  const matrix = await measure(subject);
  // From the cells themselves: what a step tells of them has a limit.
  const own = matrix.cells
    .filter(({ from }) => from === name)
    .map((cell) => ({ cell, declared: declaredFor(matrix.truth, cell) }))
    .map((each) => ({ ...each, verdict: judgeCell(each.declared, each.cell) }));
  const tell = ({ cell, declared }: (typeof own)[number]): string =>
    `${targetOf(cell)} over IPv${cell.family}, declared ${declared}: ${cell.evidence}`;
  const wrong = own.filter(({ verdict }) => verdict === 'too-open' || verdict === 'too-closed');
  if (wrong.length > 0) return fail(...wrong.map(tell));
  const unknown = own.filter(({ verdict }) => verdict === 'inconclusive');
  if (unknown.length > 0) return inconclusive(...unknown.map(tell));
  return pass(...outcomesByTarget(matrix, name));
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
    if (policy === undefined)
      return protocols.map((protocol) => ({ text: `members of ${network}`, from: all, to: all, protocol }));
    return policy.allow.map(({ from = owners, to = owners, protocol, port }) => ({
      text: `the policy of ${network}`,
      from: together(from.filter((each) => owners.includes(each))),
      to: together(to.filter((each) => owners.includes(each))),
      protocol,
      ...(port === undefined ? {} : { port }),
    }));
  });
  const ofNamespaces = members.flatMap(({ spec }): readonly TruthRule[] => {
    const all = together([spec.name]);
    return all.size > 1
      ? protocols.map((protocol) => ({ text: `the namespace of ${spec.name}`, from: all, to: all, protocol }))
      : [];
  });
  // Rules of nobody name the protocols that are to be measured, where no network does.
  const nobody = new Set<string>();
  const measuredToo = protocols.map((protocol) => ({ text: protocol, from: nobody, to: nobody, protocol }));
  return { default: 'deny', allow: [...ofNetworks, ...ofNamespaces, ...measuredToo], deny: [] };
}
