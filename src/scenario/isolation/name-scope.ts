import { isIP } from 'node:net';
import type { ContainerSpec } from '../../core/container.ts';
import type { AttachedNetwork } from '../../core/engine.ts';
import { parseIp } from '../plan/network/ip-address.ts';
import { askNames } from './ask-names.ts';
import type { Subject, Verdict } from './check.ts';
import { inconclusive, judged, notApplicable } from './verdict.ts';

/** A name that nobody has. */
const nobody = 'mayfly-nobody-has-this-name';
/** RFC 2308: no such name, or none of this type. */
const says = new Set(['NXDOMAIN', 'NOERROR']);
const types = ['A', 'AAAA'] as const;

export async function resolveNames(subject: Subject): Promise<Verdict> {
  const { spec, siblings, root } = subject;
  if (spec.network.kind !== 'attached') return notApplicable('it is on no network under a name of its own');
  const everybody = [subject, ...siblings].map(placeOf);
  const own = new Set(placeOf(subject).attachments.map(({ network }) => network));
  const names = [...new Set(everybody.flatMap((each) => namesOf(each.spec)))].filter(
    // A name with a dot may be known outside, where there is egress.
    (name) => !name.includes('.') && isIP(name) === 0,
  );
  const questions = [...names, nobody].flatMap((name) => types.map((type) => ({ name, type })));
  const answered = await askNames(root, questions);
  if (typeof answered === 'string') return inconclusive(answered);
  const faults: string[] = [];
  const unknown: string[] = [];
  const seen: string[] = [];
  questions.forEach(({ name, type }, at) => {
    const answer = answered[at];
    const answers = answer?.answers ?? [];
    const wanted = addressesFor(name, own, everybody, type === 'A' ? 4 : 6);
    const missing = wanted.filter((address) => !answers.some((each) => same(each, address)));
    const foreign = answers.filter((address) => !wanted.some((each) => same(each, address)));
    const said = answers.length === 0 ? (answer?.rcode ?? 'no answer') : answers.join(' ');
    const line = `${name} ${type}: ${said}`;
    // A server that could not answer has not said that there is none.
    const isSaid = answer !== undefined && (answers.length > 0 || says.has(answer.rcode));
    if (answer === undefined || (wanted.length === 0 && !isSaid)) unknown.push(line);
    else if (missing.length === 0 && foreign.length === 0) seen.push(line);
    else faults.push(`${line}; it should be ${wanted.length === 0 ? 'none' : wanted.join(' ')}`);
  });
  return faults.length === 0 && unknown.length > 0 ? inconclusive(...unknown) : judged(faults, seen);
}

const same = (one: string, other: string): boolean => parseIp(one)?.value === parseIp(other)?.value;

function namesOf(spec: ContainerSpec): readonly string[] {
  const aliases =
    spec.network.kind === 'attached' ? spec.network.attachments.flatMap((each) => each.aliases) : [];
  return [spec.name, spec.hostname, ...aliases];
}

/** Of those who bear the name, on networks that the asker is on, too; an alias counts on its own network only. */
function addressesFor(
  name: string,
  common: ReadonlySet<string>,
  everybody: readonly Placed[],
  version: 4 | 6,
): readonly string[] {
  return everybody.flatMap(({ spec, attachments }) => {
    const ofAll = spec.name === name || spec.hostname === name;
    return attachments.flatMap(({ network, aliases, ipv4, ipv6 }): readonly string[] => {
      const address = version === 4 ? ipv4 : ipv6;
      const isCalled = ofAll || aliases.includes(name);
      return common.has(network) && isCalled && address !== undefined ? [address] : [];
    });
  });
}

interface Placed {
  readonly spec: ContainerSpec;
  readonly attachments: readonly (AttachedNetwork & { readonly aliases: readonly string[] })[];
}

/** On the networks it is on now: a step may have connected it to others than were declared. */
function placeOf({ spec, container }: Pick<Subject, 'spec' | 'container'>): Placed {
  const declared = spec.network.kind === 'attached' ? spec.network.attachments : [];
  return {
    spec,
    attachments: container.networks.map((attached) => ({
      ...attached,
      aliases: declared.find(({ network }) => network === attached.network)?.aliases ?? [],
    })),
  };
}
