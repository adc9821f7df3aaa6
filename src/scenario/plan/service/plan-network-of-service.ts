import type { ContainerNetwork, NetworkAttachment } from '../../../core/container.ts';
import type { DocumentNode } from '../document-node.ts';
import { parseIp } from '../network/ip-address.ts';
import { type AddressBook, planAttachments } from '../network/plan-attachments.ts';
import type { PlannedNetwork } from '../network/plan-networks.ts';
import { type Instance, instancesOf, type Scales } from './instance-names.ts';

export interface NetworkContext {
  readonly networks: ReadonlyMap<string, PlannedNetwork>;
  readonly addresses: AddressBook;
  readonly scales: Scales;
}

/** `networks:` or `network_mode:` of a service, for one of its instances. */
export function planNetworkOfService(
  service: DocumentNode,
  instance: Instance,
  context: NetworkContext,
): ContainerNetwork {
  const mode = service.child('network_mode');
  const text = mode.text();
  if (text === undefined) {
    const attachments = planAttachments(service, context.networks, context.addresses);
    return { kind: 'attached', attachments: attachments.map((one) => withServiceName(one, instance)) };
  }
  for (const key of ['networks', 'ports'] as const) {
    if (service.child(key).present) {
      service
        .child(key)
        .fail('SCENARIO_CONFLICT', `\`${key}\` has no place beside \`network_mode: ${text}\``);
    }
  }
  if (text === 'none') return { kind: 'none' };
  const host = /^service:(.+)$/.exec(text)?.[1];
  if (host === undefined) {
    mode.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no network mode`, 'write none or service:NAME');
    return { kind: 'none' };
  }
  const [first] = context.scales.has(host) ? instancesOf(host, context.scales) : [];
  if (first === undefined) {
    mode.fail('SCENARIO_UNDECLARED', `service \`${host}\` is not declared`);
    return { kind: 'none' };
  }
  return { kind: 'shared', container: first.container };
}

/** Every instance of a scaled service is found under the service's name. */
function withServiceName(attachment: NetworkAttachment, instance: Instance): NetworkAttachment {
  if (instance.instanceOf === undefined) return attachment;
  return { ...attachment, aliases: [instance.instanceOf, ...attachment.aliases] };
}

/** `dns:`, which means something only where there is a way out. */
export function parseDns(
  node: DocumentNode,
  network: ContainerNetwork,
  networks: ReadonlyMap<string, PlannedNetwork>,
): readonly string[] {
  const servers = node.itemsOrSelf().flatMap((item) => {
    const text = item.text();
    if (text !== undefined && parseIp(text) === undefined) {
      item.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no address of a DNS server`);
    }
    return text ?? [];
  });
  const hasEgress =
    network.kind === 'attached' &&
    network.attachments.some((attachment) => networks.get(attachment.network)?.spec.egress === true);
  if (servers.length > 0 && !hasEgress) {
    node.fail(
      'SCENARIO_NO_EFFECT',
      '`dns` needs a network with `egress: true`: no other reaches a DNS server outside',
    );
  }
  return servers;
}
