import type { PublishedPort } from '../../../core/container.ts';
import type { DocumentNode } from '../document-node.ts';
import { isLoopback, parseIp } from '../network/ip-address.ts';
import type { Instance } from './instance-names.ts';

/** Where a port is published when nothing is said: this machine only, over both families and with the same number. */
const defaultHostAddress = 'localhost';

/** Whose ports they are. */
type PortHolder = Pick<Instance, 'index' | 'instanceOf'>;

interface PortText {
  readonly host: string | undefined;
  readonly published: string | undefined;
  readonly target: string;
  readonly protocol: string;
}

/** `ports:`, short and long form (Compose specification, "ports"). Other addresses than loopback need leave. */
export function parsePorts(
  ports: DocumentNode,
  instance: PortHolder,
  mayPublishAnywhere: boolean,
): readonly PublishedPort[] {
  return ports.items().flatMap((item) => {
    const text = item.isMap ? longForm(item) : shortForm(item);
    if (text === undefined) return [];
    const hostAddress = addressOnHost(item, text.host, mayPublishAnywhere);
    const pairs = portPairs(item, text, instance);
    if (hostAddress === undefined) return [];
    const protocol = text.protocol;
    if (protocol !== 'tcp' && protocol !== 'udp') {
      item.fail('SCENARIO_WRONG_VALUE', `\`${protocol}\` is not one of tcp, udp`);
      return [];
    }
    return pairs.map(([hostPort, containerPort]) => ({ hostAddress, hostPort, containerPort, protocol }));
  });
}

function shortForm(item: DocumentNode): PortText | undefined {
  const text = item.scalarText();
  if (text === undefined) return undefined;
  const match =
    /^(?:(?:(\[[0-9a-fA-F:.]+\]|[0-9.]+|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F.]*):)?(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/([a-z]+))?$/.exec(
      text,
    );
  if (match?.[3] === undefined) {
    const hint = 'write 8080, "8080:80", "127.0.0.1:8080:80" or "8080:80/udp"';
    item.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no port to publish`, hint);
    return undefined;
  }
  return { host: match[1], published: match[2], target: match[3], protocol: match[4] ?? 'tcp' };
}

function longForm(item: DocumentNode): PortText | undefined {
  const target = item.child('target').scalarText();
  if (target === undefined) {
    item.fail('SCENARIO_MISSING_KEY', 'a published port without `target`');
    return undefined;
  }
  return {
    host: item.child('host_ip').text(),
    published: item.child('published').scalarText(),
    target,
    protocol: item.child('protocol').text() ?? 'tcp',
  };
}

function addressOnHost(item: DocumentNode, text: string | undefined, anywhere: boolean): string | undefined {
  if (text === undefined) return defaultHostAddress;
  const bare = text.replace(/^\[|\]$/g, '');
  const address = parseIp(bare);
  if (address === undefined) {
    item.fail('SCENARIO_WRONG_VALUE', `\`${bare}\` is no address to publish on`);
    return undefined;
  }
  if (!anywhere && !isLoopback(address)) {
    const hint = 'leave the address out for loopback, or allow it with --allow-public-ports';
    item.fail('SCENARIO_FORBIDDEN', `publishing on ${bare} would open the port to other machines`, hint);
  }
  return bare;
}

/**
 * Host and container ports, side by side; 0 means any free port. A range before a single port has one for each instance, as
 * Compose has it with `--scale`; there whoever comes first takes the first, here the plan says who.
 */
function portPairs(
  item: DocumentNode,
  text: PortText,
  { index, instanceOf }: PortHolder,
): readonly (readonly [number, number])[] {
  const targets = portRange(item, text.target, 1);
  if (targets === undefined) return [];
  if (text.published === undefined || text.published === '') return targets.map((target) => [0, target]);
  const published = portRange(item, text.published, 0);
  if (published === undefined) return [];
  const [target] = targets;
  if (published.length > 1 && targets.length === 1 && target !== undefined) {
    const own = published[index];
    if (own !== undefined) return [[own, target]];
    const message = `there are more instances of \`${instanceOf}\` than ports in ${text.published}`;
    item.fail('SCENARIO_CONFLICT', message, 'write a port for each of them, or leave the host port out');
    return [];
  }
  if (published.length !== targets.length) {
    item.fail('SCENARIO_WRONG_VALUE', `${text.published} and ${text.target} are not equally many ports`);
    return [];
  }
  if (instanceOf !== undefined && published.some((port) => port !== 0)) {
    const message = `every instance of \`${instanceOf}\` would want the same host port`;
    item.fail('SCENARIO_CONFLICT', message, 'leave the host port out, or write a range with a port for each');
    return [];
  }
  return targets.map((port, place) => [published[place] ?? 0, port]);
}

function portRange(item: DocumentNode, text: string, lowest: number): readonly number[] | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (match === null || first < lowest || last > 65_535 || last < first) {
    item.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no port or range of ports from ${lowest} to 65535`);
    return undefined;
  }
  return Array.from({ length: last - first + 1 }, (_unused, index) => first + index);
}
