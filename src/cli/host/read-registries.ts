import { join } from 'node:path';
import type { RegistrySettings } from '../../image/registry/registry-settings.ts';
import { readConfig } from '../config/find-config.ts';
import { readVersion } from '../read-version.ts';
import type { Surroundings } from '../surroundings.ts';

/** Where distributions keep the authorities that an administrator trusts; Node has a list of its own (Go's crypto/x509, root_linux.go). */
const systemAuthorities = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/** What this machine, this user and mayfly.config.yaml say of registries. */
export async function readRegistries(surroundings: Surroundings): Promise<RegistrySettings> {
  const { environment, user, workingDirectory } = surroundings;
  const { registries = {}, mirrors = {} } = await readConfig(workingDirectory);
  const { SSL_CERT_FILE = '' } = environment;
  return {
    rules: registries,
    mirrors,
    authorityFiles: SSL_CERT_FILE === '' ? systemAuthorities : [SSL_CERT_FILE],
    certificateDirectories: ['/etc/docker/certs.d', join(user.home, '.docker/certs.d')],
    proxies: {
      http: lookUp(environment, 'HTTP_PROXY'),
      https: lookUp(environment, 'HTTPS_PROXY'),
      none: lookUp(environment, 'NO_PROXY'),
    },
    loginFile: loginFileOf(surroundings),
    // Helpers look for their files at home, and for the desktop's key ring on its bus.
    helperEnvironment: {
      HOME: user.home,
      ...pick(environment, [
        'XDG_RUNTIME_DIR',
        'XDG_DATA_HOME',
        'XDG_CONFIG_HOME',
        'DBUS_SESSION_BUS_ADDRESS',
      ]),
      ...pick(environment, ['DISPLAY', 'WAYLAND_DISPLAY', 'GNUPGHOME', 'PASSWORD_STORE_DIR']),
      ...pickPrefixed(environment, /^(?:AWS|GOOGLE|CLOUDSDK|AZURE)_/),
    },
    userAgent: `mayfly/${readVersion(surroundings)}`,
  };
}

/** Docker's, so that a login serves both. */
function loginFileOf({ environment, user }: Pick<Surroundings, 'environment' | 'user'>): string {
  const { DOCKER_CONFIG = '' } = environment;
  return join(DOCKER_CONFIG === '' ? join(user.home, '.docker') : DOCKER_CONFIG, 'config.json');
}

/** Upper case first, as Go does (golang.org/x/net/http/httpproxy). */
function lookUp(environment: Surroundings['environment'], name: string): string {
  return environment[name] ?? environment[name.toLowerCase()] ?? '';
}

function pick(
  environment: Surroundings['environment'],
  names: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}

function pickPrefixed(
  environment: Surroundings['environment'],
  pattern: RegExp,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => pattern.test(name)));
}
