import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for loopback, and another name, that is its own authority: nobody trusts it who was not told to. */
export function makeCertificate(name = 'localhost'): { readonly certificate: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'mayfly-tls-'));
  const [certificate, key] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  const subject = ['-subj', '/CN=a test', '-addext', `subjectAltName=IP:127.0.0.1,DNS:${name}`];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { certificate, key };
}
