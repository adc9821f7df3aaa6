import { Resolver } from 'node:dns/promises';
import { type IpAddress, parseIp } from '../ip.ts';

export interface OutsideServers {
  readonly servers: readonly string[];
  readonly timeoutMs: number;
}

/**
 * The addresses of a name of the world outside, IPv4 first; undefined if no server knows it. Asked from the host, as queries of the
 * container itself are (forward-query.ts), but by Node's own resolver: here nobody waits for the bytes.
 */
export async function lookUpOutside(
  name: string,
  { servers, timeoutMs }: OutsideServers,
  signal: AbortSignal,
): Promise<readonly IpAddress[] | undefined> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers(servers);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (const ask of [() => resolver.resolve4(name), () => resolver.resolve6(name)]) {
      // "No such name" and "nobody answered" are the same to whoever wants to connect.
      const texts = await ask().catch((): readonly string[] => []);
      signal.throwIfAborted();
      const found = texts.flatMap((text) => parseIp(text) ?? []);
      if (found.length > 0) return found;
    }
    return undefined;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
