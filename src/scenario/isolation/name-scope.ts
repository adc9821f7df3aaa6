import { isIP } from 'node:net';
import type { ContainerSpec } from '../../core/container.ts';
import type { AttachedNetwork, Container } from '../../core/engine.ts';
import { parseIp } from '../plan/network/ip-address.ts';
import { askNames } from './ask-names.ts';
import type { Subject, Verdict } from './check.ts';
import { inconclusive, judged, notApplicable } from './verdict.ts';

/** A name that nobody has. */
const nobody = 'mayfly-nobody-has-this-name';
const types = ['A', 'AAAA'] as const;

interface Named {
  readonly spec: ContainerSpec;
  readonly container: Container;
}

export async function resolveNames(subject: Subject): Promise<Verdict> {
  const { spec, siblings, root } = subject;
  if (spec.network.kind !== 'attached') return notApplicable('it is on no network under a name of its own');
  const everybody: readonly Named[] = [subject, ...siblings];
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
    const wanted = addressesFor(name, subject, everybody, type === 'A' ? 4 : 6);
    const missing = wanted.filter((address) => !answers.some((each) => same(each, address)));
    const foreign = answers.filter((address) => !wanted.some((each) => same(each, address)));
    const said = answers.length === 0 ? (answer?.rcode ?? 'no answer') : answers.join(' ');
    const line = `${name} ${type}: ${said}`;
    if (answer === undefined) unknown.push(line);
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

/** Of those who bear the name, on networks that both are on; an alias counts on its own network only. */
function addressesFor(
  name: string,
  asker: Named,
  everybody: readonly Named[],
  version: 4 | 6,
): readonly string[] {
  return everybody.flatMap((named) => {
    const ofAll = named.spec.name === name || named.spec.hostname === name;
    return attachmentsOf(named).flatMap(({ network, aliases, attached }): readonly string[] => {
      const isCommon = attachmentsOf(asker).some((each) => each.network === network);
      const address = version === 4 ? attached.ipv4 : attached.ipv6;
      return isCommon && (ofAll || aliases.includes(name)) && address !== undefined ? [address] : [];
    });
  });
}

/** Those it is on now: a step may have connected it to others than were declared. */
function attachmentsOf({ spec, container }: Named): readonly {
  readonly network: string;
  readonly aliases: readonly string[];
  readonly attached: AttachedNetwork;
}[] {
  const declared = spec.network.kind === 'attached' ? spec.network.attachments : [];
  return container.networks.map((attached) => ({
    network: attached.network,
    aliases: declared.find(({ network }) => network === attached.network)?.aliases ?? [],
    attached,
  }));
}
