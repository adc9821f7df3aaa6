import { MayflyError } from '../../core/mayfly-error.ts';
import { isLoopback } from './loopback.ts';
import type { RegistrySettings } from './registry-settings.ts';

/** A place that answers for a registry. */
export interface Endpoint {
  /** As messages, logins and certificates know it: `registry-1.docker.io`, `localhost:5000`. */
  readonly name: string;
  /** Without a final slash; the second is tried when the first does not speak TLS. */
  readonly bases: readonly [string, ...string[]];
  /** Under which a login is kept. */
  readonly loginName: string;
  /** Where plain http may be spoken, when one is redirected or sent for a token, too. */
  readonly plain: PlainHttp;
}

/** Nowhere, on this machine, or wherever the registry says: who declared it so trusts the network. */
export type PlainHttp = 'never' | 'loopback' | 'anywhere';

/** Whether something may be asked of that place at all. */
export function mayAsk({ protocol, hostname, username }: URL, plain: PlainHttp): boolean {
  if (username !== '') return false;
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (plain === 'anywhere' || (plain === 'loopback' && isLoopback(hostname)));
}

const dockerHub = 'docker.io';
const dockerHubHost = 'registry-1.docker.io';
/** Docker Hub answers searches elsewhere than pulls. */
export const dockerHubSearch = 'index.docker.io';
/** The key of Docker Hub in config.json, for historical reasons (docker/cli, registry.IndexServer). */
const dockerHubLogin = 'https://index.docker.io/v1/';

/** Where an image is pulled from: mirrors, then the registry itself. */
export function planPullEndpoints(
  registry: string,
  settings: RegistrySettings,
): readonly [Endpoint, ...Endpoint[]] {
  const mirrors = (settings.mirrors[registry] ?? []).map((url) => mirrorEndpoint(url, settings));
  const own = ownEndpoint(registry, settings);
  const [first, ...others] = mirrors;
  return first === undefined ? [own] : [first, ...others, own];
}

/** Under which name Docker keeps the login of a registry. */
export function loginNameOf(registry: string): string {
  return registry === dockerHub ? dockerHubLogin : registry;
}

/** As one writes the registry that a host answers for. */
export function registryNameOf(host: string): string {
  return host === dockerHubHost || host === dockerHubSearch ? dockerHub : host;
}

/** Nobody pushes to a mirror. */
export function ownEndpoint(registry: string, settings: RegistrySettings): Endpoint {
  const name = registry === dockerHub ? dockerHubHost : registry;
  const loginName = loginNameOf(registry);
  const isLocal = isLoopback(new URL(`https://${name}`).hostname);
  const isPlain = settings.rules[registry]?.isPlain === true;
  const [https, http] = [`https://${name}`, `http://${name}`];
  // As Docker does: loopback may have a certificate, and mostly has none.
  const bases: Endpoint['bases'] = isLocal || isPlain ? [https, http] : [https];
  return { name, bases, loginName, plain: planPlain(isLocal, isPlain) };
}

function mirrorEndpoint(url: string, settings: RegistrySettings): Endpoint {
  const parsed = tryUrl(url);
  if (
    parsed === undefined ||
    !/^https?:$/.test(parsed.protocol) ||
    parsed.username !== '' ||
    parsed.search !== ''
  ) {
    throw new MayflyError('CONFIG_INVALID', `the mirror ${JSON.stringify(url)} is no URL of a registry`, {
      hint: 'write https://HOST[:PORT][/PATH]',
    });
  }
  const isDeclared = settings.rules[parsed.host]?.isPlain === true;
  const plain = planPlain(isLoopback(parsed.hostname), isDeclared);
  if (!mayAsk(parsed, plain)) {
    throw new MayflyError('CONFIG_INVALID', `the mirror ${url} is plain http`, {
      hint: `declare it: \`registries: { "${parsed.host}": { http: true } }\``,
    });
  }
  const base = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
  return { name: parsed.host, bases: [base], loginName: parsed.host, plain };
}

function planPlain(isLocal: boolean, isDeclared: boolean): PlainHttp {
  if (isDeclared) return 'anywhere';
  return isLocal ? 'loopback' : 'never';
}

function tryUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
