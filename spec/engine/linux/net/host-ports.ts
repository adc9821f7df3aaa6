import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import { parseIp, renderIp } from '../../../../src/engine/linux/net/ip.ts';
import type { DatagramPort, ListenerPort } from '../../../../src/engine/linux/net/ports.ts';
import { encodeSockaddr, parseSockaddr } from '../../../../src/engine/linux/net/sockaddr.ts';
import { present } from './network-builders.ts';

/** A socket of this process where the engine has one in a container. */
export function datagramPortOf(socket: Socket): DatagramPort {
  return {
    onMessage(listener) {
      socket.on('message', (payload, from) => {
        const ip = present(parseIp(from.address), from.address);
        listener(encodeSockaddr({ ip, port: from.port }), payload);
      });
    },
    send(peer, payload) {
      const to = parseSockaddr(peer);
      if (to === undefined) socket.send(payload);
      else socket.send(payload, to.port, renderIp(to.ip));
    },
    close() {
      socket.close();
    },
  };
}

export function listenerPortOf(server: Server): ListenerPort {
  return {
    onConnection(listener) {
      server.on('connection', listener);
    },
    close() {
      server.close();
    },
  };
}
