import type { ContainerSpec } from '../../../core/container.ts';
import type { DocumentNode } from '../document-node.ts';
import { parseIp } from '../network/ip-address.ts';

type ExtraHost = ContainerSpec['extraHosts'][number];

/** `extra_hosts:` as `["name=address"]`, `["name:address"]`, `{ name: address }` or `{ name: [address, …] }`. */
export function parseExtraHosts(node: DocumentNode): readonly ExtraHost[] {
  if (node.isList) {
    return node.items().flatMap((item) => {
      const text = item.text();
      const match = /^([^:=\s]+)[:=](.+)$/.exec(text ?? '');
      if (match?.[1] !== undefined && match[2] !== undefined) return extraHost(item, match[1], match[2]);
      if (text !== undefined) item.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no name=address`);
      return [];
    });
  }
  return node
    .entries()
    .flatMap(([name, addresses]) =>
      addresses.itemsOrSelf().flatMap((item) => extraHost(item, name, item.text())),
    );
}

function extraHost(item: DocumentNode, name: string, text: string | undefined): readonly ExtraHost[] {
  if (text === undefined) return [];
  if (text === 'host-gateway') {
    item.fail('SCENARIO_NO_EFFECT', '`host-gateway` does not exist here: no network reaches the host');
    return [];
  }
  const address = text.replace(/^\[|\]$/g, '');
  if (parseIp(address) !== undefined) return [{ name, address }];
  item.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no address`);
  return [];
}
