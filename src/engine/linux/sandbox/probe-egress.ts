import type { Host } from '../host.ts';
import type { EgressFacts } from '../net/egress/egress-report.ts';

/** Whether this user can open a way out for containers. Reads only. */
export async function probeEgress(host: Host): Promise<EgressFacts> {
  const [pasta, tun, routes4, routes6] = await Promise.all([
    host.findProgram('pasta'),
    host.openError('/dev/net/tun'),
    host.readText('/proc/net/route'),
    host.readText('/proc/net/ipv6_route'),
  ]);
  return {
    pasta,
    tun: tun ?? 'usable',
    hasDefaultRoute: hasDefault4(routes4 ?? '') || hasDefault6(routes6 ?? ''),
  };
}

/** proc(5): interface, destination in hexadecimal, … */
function hasDefault4(text: string): boolean {
  return text.split('\n').some((line) => line.split('\t')[1] === '00000000');
}

/** destination, prefix length, …, interface last; the kernel's own reject route is on lo. */
function hasDefault6(text: string): boolean {
  return text.split('\n').some((line) => {
    const fields = line.trim().split(/\s+/);
    return /^0{32}$/.test(fields[0] ?? '') && fields[1] === '00' && fields.at(-1) !== 'lo';
  });
}
