import type { Probe } from '../../core/probe.ts';
import { call } from '../isolation/calls.ts';
import { type KernelRoute, routeTo } from './netlink.ts';
import { connectTo, openSocket } from './socket-calls.ts';

/** `none`: what the kernel says instead of a route. `unknown`: it did not tell. */
export type Route =
  | { readonly kind: 'none'; readonly error: string }
  | { readonly kind: 'unknown' }
  | KernelRoute;

/**
 * Which way the kernel of a namespace would go: connecting a UDP socket tells whether there is one without sending anything, and a
 * further question, which.
 */
export async function askRoutes(
  probe: Probe,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Route>> {
  const results = await probe.calls(
    addresses.flatMap((address, index) => [
      openSocket(address.includes(':') ? 6 : 4, 'datagram', 'udp'),
      connectTo({ result: 3 * index }, address, 9),
      call('close', { result: 3 * index }),
    ]),
  );
  const routes = new Map<string, Route>();
  for (const [index, address] of addresses.entries()) {
    const [opened, connected] = results.slice(3 * index, 3 * index + 2);
    const error = connected?.error;
    // Without a socket nothing was asked.
    if (opened === undefined || opened.error !== undefined) routes.set(address, { kind: 'unknown' });
    else if (error === undefined) routes.set(address, (await routeTo(probe, address)) ?? { kind: 'unknown' });
    else routes.set(address, { kind: 'none', error });
  }
  return routes;
}
