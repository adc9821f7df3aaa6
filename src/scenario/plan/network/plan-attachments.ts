import type { NetworkAttachment } from '../../../core/container.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';
import { parseIp } from './ip-address.ts';
import { defaultNetwork, type PlannedNetwork } from './plan-networks.ts';
import { type Subnet, whyNotInSubnet } from './subnet.ts';

/** Who has which static address, to find two who have the same: `network address` → service. */
export type AddressBook = Map<string, string>;

/** The networks of one service, `networks: [a]` or `networks: { a: { aliases: … } }`; none named means `default`. */
export function planAttachments(
  service: DocumentNode,
  networks: ReadonlyMap<string, PlannedNetwork>,
  addresses: AddressBook,
): readonly NetworkAttachment[] {
  const node = service.child('networks');
  if (!node.present) return [{ network: defaultNetwork, aliases: [] }];
  const named: readonly (readonly [string, DocumentNode])[] = node.isList
    ? node.items().flatMap((item) => {
        const name = item.text();
        return name === undefined ? [] : [[name, item] as const];
      })
    : node.entries();
  const seen = new Set<string>();
  return named.flatMap(([name, entry]) => {
    const network = networks.get(name);
    if (network === undefined) {
      entry.fail(
        'SCENARIO_UNDECLARED',
        `network \`${name}\` is not declared`,
        'declare it under `networks:`',
      );
      return [];
    }
    if (seen.has(name)) entry.fail('SCENARIO_CONFLICT', `network \`${name}\` is named twice`);
    seen.add(name);
    return [planAttachment(service.key, network, node.isList ? undefined : entry, addresses)];
  });
}

function planAttachment(
  service: string,
  network: PlannedNetwork,
  entry: DocumentNode | undefined,
  addresses: AddressBook,
): NetworkAttachment {
  const name = network.spec.name;
  if (entry === undefined || !entry.present) return { network: name, aliases: [] };
  const owner = { service, network: name, addresses };
  const ipv4 = readAddress(entry.child('ipv4_address'), network.subnet4, 4, owner);
  const ipv6 = readAddress(entry.child('ipv6_address'), network.subnet6, 6, owner);
  const mac = readMac(entry.child('mac_address'));
  return {
    network: name,
    aliases: entry.child('aliases').texts(),
    ...optionalKey('ipv4', ipv4),
    ...optionalKey('ipv6', ipv6),
    ...optionalKey('mac', mac),
  };
}

interface AddressOwner {
  readonly service: string;
  readonly network: string;
  readonly addresses: AddressBook;
}

function readAddress(
  node: DocumentNode,
  subnet: Subnet | undefined,
  version: 4 | 6,
  owner: AddressOwner,
): string | undefined {
  const text = node.text();
  if (text === undefined) return undefined;
  const address = parseIp(text);
  if (address === undefined || address.version !== version) {
    node.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no IPv${version} address`);
    return undefined;
  }
  if (subnet === undefined) {
    const hint = `declare it: networks: { ${owner.network}: { ipam: { config: [{ subnet: … }] } } }`;
    node.fail(
      'SCENARIO_CONFLICT',
      `network \`${owner.network}\` has no IPv${version} subnet of its own`,
      hint,
    );
    return undefined;
  }
  const reason = whyNotInSubnet(address, subnet);
  if (reason !== undefined) node.fail('SCENARIO_WRONG_VALUE', `${text} ${reason}`);
  const entry = `${owner.network} ${version} ${address.value}`;
  const holder = owner.addresses.get(entry);
  if (holder !== undefined) node.fail('SCENARIO_CONFLICT', `${text} is already the address of \`${holder}\``);
  owner.addresses.set(entry, owner.service);
  return text;
}

function readMac(node: DocumentNode): string | undefined {
  const text = node.text()?.toLowerCase().replaceAll('-', ':');
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(text)) {
    node.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no MAC address such as 02:42:ac:11:00:02`);
    return undefined;
  }
  // The lowest bit of the first byte marks a group address (IEEE 802), which no interface can have.
  if ((Number.parseInt(text.slice(0, 2), 16) & 1) === 1) {
    node.fail(
      'SCENARIO_WRONG_VALUE',
      `\`${text}\` is a multicast address`,
      'begin with an even byte, such as 02',
    );
  }
  return text;
}
