import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { RegistrySettings } from './registry-settings.ts';

/** Whom a host's certificate may come from, and who we are to it. A server that was redirected to is asked for in its own name. */
export function readSecureContext(host: string, settings: RegistrySettings): SecureContext {
  const directories = settings.certificateDirectories.map((directory) => join(directory, host));
  const files = directories.filter((directory) => existsSync(directory)).flatMap(listFiles);
  const declared = settings.rules[host]?.authorityFile;
  const general = settings.authorityFiles.filter((file) => existsSync(file));
  const authorities = [
    ...general,
    ...files.filter((file) => file.endsWith('.crt')),
    ...(declared === undefined ? [] : [declared]),
  ];
  const certificate = files.find((file) => file.endsWith('.cert'));
  const key = certificate?.replace(/\.cert$/, '.key');
  try {
    return createSecureContext({
      // Whom an administrator trusts; Node's own list only where a system has none.
      ca: [
        ...(general.length === 0 ? rootCertificates : []),
        ...authorities.map((file) => readFileSync(file, 'utf8')),
      ],
      ...(certificate === undefined || key === undefined
        ? {}
        : { cert: readFileSync(certificate), key: readFileSync(key) }),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MayflyError('CONFIG_INVALID', `the certificates for ${host} cannot be used: ${why}`, {
      hint: `check ${[...authorities, ...directories].join(', ')}`,
      cause,
    });
  }
}

function listFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name));
}
