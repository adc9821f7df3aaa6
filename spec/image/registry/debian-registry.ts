import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RegistryOptions {
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** `user:password`. */
  readonly login?: string;
}

/** Debian's docker-registry 2.8 on loopback, with a storage of its own. */
export class DebianRegistry implements AsyncDisposable {
  readonly folder: string;
  /** `127.0.0.1:40123`. */
  readonly host: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, host: string, child: ChildProcess) {
    this.folder = folder;
    this.host = host;
    this.#child = child;
  }

  static async start(options: RegistryOptions = {}): Promise<DebianRegistry> {
    const folder = mkdtempSync(join(tmpdir(), 'mayfly-registry-'));
    const config = join(folder, 'config.yml');
    writeFileSync(config, JSON.stringify(renderConfig(folder, options)));
    const child = spawn('docker-registry', ['serve', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' },
    });
    return new DebianRegistry(folder, await readAddress(child), child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function renderConfig(folder: string, { tls, login }: RegistryOptions): object {
  return {
    version: '0.1',
    log: { formatter: 'text', level: 'info' },
    storage: { filesystem: { rootdirectory: join(folder, 'storage') }, delete: { enabled: true } },
    http: {
      addr: '127.0.0.1:0',
      secret: 'of a test',
      ...(tls === undefined ? {} : { tls: { certificate: tls.certificate, key: tls.key } }),
    },
    ...(login === undefined
      ? {}
      : { auth: { htpasswd: { realm: 'test', path: writePasswords(folder, login) } } }),
  };
}

/** htpasswd(1) of apache2-utils makes bcrypt, which is all that the registry reads. */
function writePasswords(folder: string, login: string): string {
  const colon = login.indexOf(':');
  const path = join(folder, 'htpasswd');
  const args = ['-Bbn', login.slice(0, colon), login.slice(colon + 1)];
  writeFileSync(path, execFileSync('htpasswd', args));
  return path;
}

/** The port is the kernel's choice; the registry says which. */
function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.once('error', reject);
    child.once('close', () => reject(new Error(`docker-registry ended: ${log}`)));
    child.stderr?.on('data', (chunk) => {
      log += chunk;
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}
