import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { entriesOf, has, itemsOf, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';

/** What the schema cannot say about services and networks, because one key depends on another. */
export function checkServices(document: LoadedDocument): void {
  const services = entriesOf(memberOf(document.json, 'services'));
  const published = new Map<string, string>();
  for (const [name, service] of services) {
    if (!isJsonObject(service)) continue;
    const pointer = below('/services', name);
    checkImage(document, name, service, pointer);
    checkNetworkMode(document, service, pointer);
    checkPorts(document, service, pointer, published);
    checkHealth(document, service, pointer);
    if (
      has(service, 'deploy') &&
      has(service, 'mem_limit') &&
      memberOf(memberOf(memberOf(service.deploy, 'resources'), 'limits'), 'memory') !== undefined
    ) {
      const at = below(pointer, 'deploy');
      document.error(
        'SCENARIO_CONFLICT',
        '`mem_limit` and `deploy.resources.limits.memory` say the same',
        document.keySpan(at),
        at,
      );
    }
  }
  for (const [name, network] of entriesOf(memberOf(document.json, 'networks')))
    checkNetwork(document, network, below('/networks', name));
}

function checkImage(document: LoadedDocument, name: string, service: JsonObject, pointer: string): void {
  if (has(service, 'image') || has(service, 'build') || has(service, 'extends')) return;
  if (document.meant.has(below(pointer, 'image'))) return;
  document.error(
    'SCENARIO_MISSING_KEY',
    `the service \`${name}\` needs \`image\``,
    document.keySpan(pointer),
    pointer,
    'add `image:` with a name declared in `images:`',
  );
}

function checkNetworkMode(document: LoadedDocument, service: JsonObject, pointer: string): void {
  const mode = textOf(service.network_mode);
  if (mode === undefined) return;
  for (const key of mode === 'none'
    ? ['networks', 'ports', 'dns']
    : ['networks', 'ports', 'dns', 'extra_hosts']) {
    if (!has(service, key)) continue;
    const at = below(pointer, key);
    const reason =
      mode === 'none'
        ? 'the service has no network'
        : `the network is that of \`${mode.slice('service:'.length)}\``;
    document.error(
      'SCENARIO_CONFLICT',
      `\`${key}\` contradicts \`network_mode: ${mode}\`: ${reason}`,
      document.keySpan(at),
      at,
    );
  }
}

const highestPort = 65_535;

function checkPorts(
  document: LoadedDocument,
  service: JsonObject,
  pointer: string,
  published: Map<string, string>,
): void {
  for (const key of ['ports', 'expose']) {
    for (const [index, entry] of itemsOf(service[key]).entries()) {
      const at = below(pointer, key, index);
      const port = parsePort(entry, key === 'ports');
      if (port === undefined) continue;
      const wrong = [port.container, port.host].find(
        (number) => number !== undefined && number > highestPort,
      );
      if (wrong !== undefined || port.container === 0) {
        document.error(
          'SCENARIO_WRONG_VALUE',
          `there is no port ${wrong ?? 0}`,
          document.valueSpan(at),
          at,
          `ports are 1 to ${highestPort}`,
        );
      }
      if (port.host === undefined || port.host === 0) continue;
      const identity = `${port.address}:${port.host}/${port.protocol}`;
      const before = published.get(identity);
      if (before !== undefined) {
        const { line } = document.source.locate(document.valueSpan(before).start);
        document.error(
          'SCENARIO_CONFLICT',
          `port ${port.host} of this machine is already published on line ${line}`,
          document.valueSpan(at),
          at,
          'choose another port, or leave it out for any free one',
        );
      }
      published.set(identity, before ?? at);
    }
  }
}

interface Port {
  readonly address: string;
  readonly host: number | undefined;
  readonly container: number;
  readonly protocol: string;
}

function parsePort(entry: Json, canPublish: boolean): Port | undefined {
  if (isJsonObject(entry)) {
    const container = Number(entry.target);
    const host = has(entry, 'published') ? Number(entry.published) : undefined;
    return {
      address: textOf(entry.host_ip) ?? '127.0.0.1',
      host,
      container,
      protocol: textOf(entry.protocol) ?? 'tcp',
    };
  }
  const parts = /^(?:(?:(.+):)?(\d*):)?(\d+)(?:\/(tcp|udp))?$/.exec(textOf(entry) ?? '');
  if (parts === null) return undefined;
  const [, address, host, container, protocol] = parts;
  const hasHost = canPublish && host !== undefined && host !== '';
  return {
    address: address ?? '127.0.0.1',
    host: hasHost ? Number(host) : undefined,
    container: Number(container),
    protocol: protocol ?? 'tcp',
  };
}

/** Images that are no more than files have no health check of their own. */
const withoutHealthcheck = ['host', 'rootfs'];

/** `service_healthy` waits for something that somebody must have declared. */
function checkHealth(document: LoadedDocument, service: JsonObject, pointer: string): void {
  for (const [name, dependency] of entriesOf(service.depends_on)) {
    if (memberOf(dependency, 'condition') !== 'service_healthy') continue;
    const target = memberOf(memberOf(document.json, 'services'), name);
    if (!isJsonObject(target) || has(target, 'ready') || has(target, 'healthcheck') || has(target, 'extends'))
      continue;
    const image = memberOf(memberOf(document.json, 'images'), textOf(target.image) ?? '');
    if (!isJsonObject(image) || !withoutHealthcheck.some((source) => has(image, source))) continue;
    const at = below(pointer, 'depends_on', name);
    document.error(
      'SCENARIO_MISSING_KEY',
      `\`${name}\` can never be healthy: it has no \`ready\``,
      document.keySpan(at),
      at,
      `add \`ready:\` to \`${name}\`, or depend on service_started`,
    );
  }
}

function checkNetwork(document: LoadedDocument, network: Json, pointer: string): void {
  const at = below(pointer, 'internal');
  if (memberOf(network, 'egress') === true && memberOf(network, 'internal') === true) {
    document.error(
      'SCENARIO_CONFLICT',
      'a network with `egress` is not `internal`',
      document.keySpan(at),
      at,
    );
  } else if (memberOf(network, 'internal') === false && memberOf(network, 'egress') !== true) {
    document.error(
      'SCENARIO_NO_EFFECT',
      '`internal: false` opens nothing: networks are sealed here',
      document.keySpan(at),
      at,
      'write `egress: true` to open the way out',
    );
  }
}
