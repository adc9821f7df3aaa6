import type { LauncherClient } from '../client/launcher-client.ts';
import { parseIp } from '../net/ip.ts';
import type { Attachment } from '../net/plan-attach.ts';
import { planDial } from '../net/plan-dial.ts';
import type { ContainerDialer } from '../net/publish/container-dialer.ts';
import type { Slot } from '../tape/op.ts';
import type { SlotPool } from './slot-pool.ts';

/** Connects to a container at its own address, from its own network namespace: for published ports. */
export function dialerInto(
  init: LauncherClient,
  slots: SlotPool,
  pidfd: Slot,
  attachments: () => readonly Attachment[],
): ContainerDialer {
  const target = () => attachments()[0]?.ipv4?.address ?? parseIp('127.0.0.1');
  const dial = async (protocol: 'tcp' | 'udp', port: number, stream: number): Promise<void> => {
    const ip = target();
    if (ip === undefined) throw new Error('unreachable: 127.0.0.1 is an address');
    const scratch = slots.take();
    try {
      await init.perform(planDial({ container: pidfd, to: { ip, port }, protocol, scratch, stream }));
    } finally {
      slots.give(scratch);
    }
  };
  return {
    tcp: async (port, signal) => {
      const stream = init.nextStream();
      const socket = init.duplex(stream, { readable: true, writable: true });
      const connected = socket.connected(signal);
      connected.catch(() => {});
      try {
        await dial('tcp', port, stream);
        await connected;
        return socket;
      } catch (error) {
        socket.on('error', () => {});
        socket.destroy();
        throw error;
      }
    },
    udp: async (port) => {
      const stream = init.nextStream();
      const datagrams = init.datagrams(stream);
      await dial('udp', port, stream).catch((error: unknown) => {
        datagrams.close();
        throw error;
      });
      return datagrams;
    },
  };
}
