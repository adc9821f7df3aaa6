import type { Probe } from '../../core/probe.ts';
import { call } from '../isolation/calls.ts';
import { leadsThroughGateway } from './netlink.ts';
import { connectTo, openSocket } from './socket-calls.ts';

/** No errno: the way there leads out of a network with `egress`. */
const wayOut = 'the way there leads out of the scenario';

/**
 * Whether the kernel of a namespace has a route to addresses that are on none of its networks: connecting a UDP socket tells it without
 * sending anything. Addresses without an error have one, and it leads through nobody else.
 */
export async function askRoutes(
  probe: Probe,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const results = await probe.calls(
    addresses.flatMap((address, index) => [
      openSocket(address.includes(':') ? 6 : 4, 'datagram', 'udp'),
      connectTo({ result: 3 * index }, address, 9),
      call('close', { result: 3 * index }),
    ]),
  );
  const errors = new Map<string, string>();
  for (const [index, address] of addresses.entries()) {
    const error = results[3 * index]?.error ?? results[3 * index + 1]?.error;
    if (error !== undefined) errors.set(address, error);
    else if (await leadsThroughGateway(probe, address)) errors.set(address, wayOut);
  }
  return errors;
}
