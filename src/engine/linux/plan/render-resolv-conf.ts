import { dnsAddress } from '../net/dns/dns-address.ts';

/**
 * /etc/resolv.conf. `ndots:0`: a name without a dot is asked for as it is. Without a network there is nobody to ask, and
 * saying nothing would make the C library ask 127.0.0.1.
 */
export function renderResolvConf(hasNetwork: boolean): string {
  if (!hasNetwork) return '# this container has no network\n';
  return `nameserver ${dnsAddress}\noptions ndots:0\n`;
}
