import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { entriesOf, has, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import { checkHealth } from './check-health.ts';
import { checkPorts } from './check-ports.ts';

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
    checkRestart(document, service, pointer);
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

/** A service cannot both end as it should and be started again whenever it ends. */
function checkRestart(document: LoadedDocument, service: JsonObject, pointer: string): void {
  const restart = textOf(service.restart) ?? '';
  if (!has(service, 'exits') || (restart !== 'always' && restart !== 'unless-stopped')) return;
  const at = below(pointer, 'restart');
  document.error(
    'SCENARIO_CONFLICT',
    `\`exits\` says how the service ends, and \`restart: ${restart}\` that it never does`,
    document.keySpan(at),
    at,
    'remove one of the two, or write `restart: on-failure`',
  );
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
