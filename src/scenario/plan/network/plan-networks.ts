import type { NetworkSpec } from '../../../core/container.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';
import { overlaps, parseSubnet, type Subnet } from './subnet.ts';

/** A network of the scenario, with its subnets as numbers for checking addresses. */
export interface PlannedNetwork {
  readonly spec: NetworkSpec;
  readonly subnet4?: Subnet;
  readonly subnet6?: Subnet;
}

/** The network of services that name none (language.md R11). */
export const defaultNetwork = 'default';

/** The declared networks, and `default` if it is needed and not declared. */
export function planNetworks(
  networks: DocumentNode,
  needsDefault: boolean,
): ReadonlyMap<string, PlannedNetwork> {
  const planned = new Map<string, PlannedNetwork>();
  const seen: { readonly network: string; readonly subnet: Subnet }[] = [];
  for (const [name, node] of networks.entries()) {
    const { subnets, nodes } = readSubnets(node);
    for (const [index, subnet] of subnets.entries()) {
      const other = seen.find((entry) => overlaps(entry.subnet, subnet));
      if (other !== undefined) {
        const which = other.network === name ? 'the same network' : `network \`${other.network}\``;
        nodes[index]?.fail('SCENARIO_CONFLICT', `${subnet.cidr} overlaps ${other.subnet.cidr} of ${which}`);
      }
      seen.push({ network: name, subnet });
    }
    planned.set(name, planNetwork(name, node, subnets));
  }
  if (needsDefault && !planned.has(defaultNetwork)) {
    planned.set(defaultNetwork, { spec: { name: defaultNetwork, egress: false } });
  }
  return planned;
}

function planNetwork(name: string, node: DocumentNode, subnets: readonly Subnet[]): PlannedNetwork {
  const egress = node.child('egress').boolean() ?? false;
  if (egress && node.child('internal').boolean() === true) {
    node
      .child('internal')
      .fail('SCENARIO_CONFLICT', `network \`${name}\` is \`internal\` and has \`egress\``);
  }
  const subnet4 = subnets.find((subnet) => subnet.version === 4);
  const subnet6 = subnets.find((subnet) => subnet.version === 6);
  return {
    spec: {
      name,
      egress,
      ...optionalKey('subnet4', subnet4?.cidr),
      ...optionalKey('subnet6', subnet6?.cidr),
    },
    ...optionalKey('subnet4', subnet4),
    ...optionalKey('subnet6', subnet6),
  };
}

function readSubnets(network: DocumentNode): {
  readonly subnets: readonly Subnet[];
  readonly nodes: readonly DocumentNode[];
} {
  const subnets: Subnet[] = [];
  const nodes: DocumentNode[] = [];
  for (const config of network.child('ipam').child('config').items()) {
    const node = config.child('subnet');
    const text = node.text();
    if (text === undefined) continue;
    const subnet = parseSubnet(text);
    if (typeof subnet === 'string') node.fail('SCENARIO_WRONG_VALUE', `\`${text}\` ${subnet}`);
    else if (subnets.some((other) => other.version === subnet.version)) {
      node.fail('SCENARIO_CONFLICT', `a network has at most one IPv${subnet.version} subnet`);
    } else {
      subnets.push(subnet);
      nodes.push(node);
    }
  }
  return { subnets, nodes };
}
