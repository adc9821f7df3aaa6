import type { ContainerSpec, NetworkAttachment } from '../../../core/container.ts';
import type { NamedMember } from '../net/dns/resolve-names.ts';
import { type Attachment, describeAttachment } from '../net/plan-attach.ts';

interface NetworkMember {
  readonly spec: ContainerSpec;
  readonly attachments: readonly Attachment[];
  readonly aliases: readonly NetworkAttachment[];
}

/** A member of networks as the name servers of the others know it. */
export function namedMember({ spec, attachments, aliases }: NetworkMember): NamedMember {
  return {
    container: spec.name,
    names: spec.hostname === spec.name || spec.domainname !== '' ? namesOf(spec) : [spec.hostname],
    attachments: attachments.map(describeAttachment).map(({ network, ipv4, ipv6 }) => ({
      network,
      aliases: aliases.find((each) => each.network === network)?.aliases ?? [],
      ...(ipv4 === undefined ? {} : { ipv4 }),
      ...(ipv6 === undefined ? {} : { ipv6 }),
    })),
  };
}

function namesOf({ name, hostname, domainname }: ContainerSpec): readonly string[] {
  const short = hostname === name ? [] : [hostname];
  return domainname === '' ? short : [...short, `${hostname}.${domainname}`];
}
