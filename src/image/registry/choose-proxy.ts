import { BlockList, isIP } from 'node:net';
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
  const address = bareAddress(host);
  if (isIP(address) !== 0) return matchesAddress(entry, address, port);
  const [, name = '', entryPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (name === '' || (entryPort !== undefined && entryPort !== port)) return false;
  const bare = name.replace(/^\*?\./, '');
  // `.example.org` means what is below, `example.org` that too and itself.
  return host.endsWith(`.${bare}`) || (bare === name && host === bare);
}

/** An address is meant by itself, with a port, or by a network that holds it; never by the end of a name. */
function matchesAddress(entry: string, address: string, port: string): boolean {
  const [network = '', prefix] = entry.split('/', 2);
  if (prefix !== undefined) return holds(network, prefix, address);
  const whole = bareAddress(entry);
  if (isIP(whole) !== 0) return holds(whole, isIP(whole) === 4 ? '32' : '128', address);
  const [, named = '', entryPort] = /^(.*):(\d+)$/.exec(entry) ?? [];
  const bare = bareAddress(named);
  return isIP(bare) !== 0 && entryPort === port && holds(bare, isIP(bare) === 4 ? '32' : '128', address);
}

function holds(network: string, prefix: string, address: string): boolean {
  const family = isIP(network);
  if (family === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/** URLs and people write IPv6 in brackets. */
function bareAddress(text: string): string {
  return /^\[(.*)\]$/.exec(text)?.[1] ?? text;
}
