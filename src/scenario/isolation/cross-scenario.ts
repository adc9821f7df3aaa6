import type { Subject, Verdict } from './check.ts';
import { takeLinkCensus } from './link-census.ts';
import { fail, inconclusive, notApplicable, pass } from './verdict.ts';

export async function lookAcrossScenarios(subject: Subject): Promise<Verdict> {
  const { container, witness } = subject;
  if (container.networks.length === 0) return notApplicable('it has no network of its own');
  const interfaces = interfacesOf(witness.read('net/dev'));
  if (interfaces === undefined) return inconclusive("the host's /proc does not tell its interfaces");
  const declared = new Set(container.networks.map(({ interfaceName }) => interfaceName));
  const mayHaveMore = subject.networks.some(
    ({ name, egress }) => egress && container.networks.some(({ network }) => network === name),
  );
  const undeclared = mayHaveMore ? [] : interfaces.filter((name) => !declared.has(name));
  const links = await takeLinkCensus(subject);
  const faults = [
    ...undeclared.map((name) => `it has an interface ${name}, which is of no network`),
    ...links.flatMap(({ network, strangers }) =>
      strangers.map((stranger) => `on ${network}, ${stranger}, and is nobody of this scenario`),
    ),
  ];
  if (faults.length > 0) return fail(...faults);
  const gaps = links.flatMap((link) => link.gaps);
  if (gaps.length > 0) return inconclusive(...gaps);
  return pass(
    ...links.map(({ network, members }) => `on ${network} answered ${members.join(', ')}, and nobody else`),
  );
}

/** Lines of /proc/PID/net/dev but for loopback and what every new namespace has of tunnels (`sit0`, `tunl0`), which are down. */
function interfacesOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  return text
    .split('\n')
    .slice(2)
    .flatMap((line) => line.split(':')[0]?.trim() || [])
    .filter((name) => name !== 'lo' && !kernelTunnels.has(name));
}

/** Made by modules in every new namespace (`net.core.fb_tunnels_only_for_init_net`). */
const kernelTunnels = new Set([
  'tunl0',
  'gre0',
  'gretap0',
  'erspan0',
  'ip_vti0',
  'ip6_vti0',
  'sit0',
  'ip6tnl0',
  'ip6gre0',
]);
