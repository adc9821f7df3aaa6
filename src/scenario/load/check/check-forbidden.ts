import { isJsonObject, type Json } from '../../../core/json.ts';
import { entriesOf, isStatic, itemsOf, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';

/** Rights that a scenario has only if whoever runs it says so. */
export interface Allowed {
  readonly privileged?: boolean;
  /** Binds of what lies outside of the scenario's folder. */
  readonly hostBinds?: boolean;
  /** Publishing ports on other addresses than loopback. */
  readonly publicPorts?: boolean;
}

export function checkForbidden(document: LoadedDocument, allowed: Allowed): void {
  for (const [name, service] of entriesOf(memberOf(document.json, 'services'))) {
    const pointer = below('/services', name);
    if (allowed.privileged !== true && memberOf(service, 'privileged') === true) {
      const at = below(pointer, 'privileged');
      document.error(
        'SCENARIO_FORBIDDEN',
        `\`${name}\` wants to be privileged`,
        document.keySpan(at),
        at,
        'add the capabilities it needs with `cap_add`, or run with --allow-privileged',
      );
    }
    if (allowed.hostBinds !== true) checkBinds(document, service, pointer);
    if (allowed.publicPorts !== true) checkAddresses(document, service, pointer);
  }
}

function checkBinds(document: LoadedDocument, service: Json, pointer: string): void {
  for (const [index, mount] of itemsOf(memberOf(service, 'volumes')).entries()) {
    const source = bindSource(mount);
    if (source === undefined || !isStatic(source) || staysInside(source)) continue;
    const at = below(pointer, 'volumes', index);
    document.error(
      'SCENARIO_FORBIDDEN',
      `\`${source}\` lies outside of the scenario's folder`,
      document.valueSpan(at),
      at,
      'copy it into the folder, or run with --allow-host-binds',
    );
  }
}

function bindSource(mount: Json): string | undefined {
  if (isJsonObject(mount)) return mount.type === 'bind' ? textOf(mount.source) : undefined;
  const source = /^([^:]+):/.exec(textOf(mount) ?? '')?.[1];
  return source !== undefined && /^[./~]/.test(source) ? source : undefined;
}

/** Links are followed only when the mount is made; this looks at the words alone. */
function staysInside(source: string): boolean {
  if (/^[/~]/.test(source)) return false;
  let depth = 0;
  for (const part of source.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}

function checkAddresses(document: LoadedDocument, service: Json, pointer: string): void {
  for (const [index, port] of itemsOf(memberOf(service, 'ports')).entries()) {
    const address =
      textOf(memberOf(port, 'host_ip')) ?? /^(.+):\d*:\d+(?:\/\w+)?$/.exec(textOf(port) ?? '')?.[1];
    if (address === undefined || !isStatic(address) || /^(?:127\.|\[?::1\]?$)/.test(address)) continue;
    const at = below(pointer, 'ports', index);
    document.error(
      'SCENARIO_FORBIDDEN',
      `the port would be open to other machines, on ${address}`,
      document.valueSpan(at),
      at,
      'publish it on 127.0.0.1, or run with --allow-public-ports',
    );
  }
}
