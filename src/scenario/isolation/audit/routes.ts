/**
 * Interfaces through which everything can be tried. proc(5): /proc/PID/net/route has little-endian hexadecimal words, ipv6_route (fs of
 * net/ipv6/route.c, `rt6_info_route`) whole numbers; a flag says that a route refuses.
 */
export function defaultRoutes(route: string, ipv6Route: string): readonly string[] {
  const four = route
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')
    .map(([name = '']) => name);
  const six = ipv6Route
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, length, , , , , , , flags]) => length === '00' && !isReject(flags))
    .map((words) => words[9] ?? '')
    .filter((name) => name !== 'lo');
  return [...new Set([...four, ...six])];
}

/** RTF_REJECT (linux/route.h). */
const isReject = (flags = '0'): boolean => (Number.parseInt(flags, 16) & 0x200) !== 0;
