import { isLoopback } from './loopback.ts';
import type { Proxies } from './registry-settings.ts';

/** The proxy for a URL as Go's httpproxy chooses it, so that Docker and we take the same way; undefined: none. */
export function chooseProxy(url: URL, proxies: Proxies): string | undefined {
  const proxy = url.protocol === 'https:' ? proxies.https : proxies.http;
  if (proxy === '' || isLoopback(url.hostname)) return undefined;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const isDirect = proxies.none
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry.toLowerCase(), url.hostname.toLowerCase(), port));
  if (isDirect) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, name = '', entryPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (name === '' || (entryPort !== undefined && entryPort !== port)) return false;
  const bare = name.replace(/^\*?\./, '');
  // `.example.org` means what is below, `example.org` that too and itself.
  return host.endsWith(`.${bare}`) || (bare === name && host === bare);
}
