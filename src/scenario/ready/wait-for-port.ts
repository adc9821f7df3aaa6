import { parsePort } from './parse-port.ts';
import { notReady, ready, type WaitDefinition } from './wait-definition.ts';

/** A listening socket, as the kernel lists it: a probing connection would be taken for a client by single-accept servers. */
export const waitForPort: WaitDefinition = {
  kind: 'port',
  prepare(value, { service }) {
    const { port, protocol } = parsePort(value);
    return {
      what: `port ${port}/${protocol}`,
      async check() {
        const sockets = await service.container.listening();
        if (sockets.some((socket) => socket.port === port && socket.protocol === protocol)) return ready;
        const others = sockets.map((socket) => `${socket.port}/${socket.protocol}`);
        return notReady(others.length === 0 ? 'nothing listens' : `only ${others.join(', ')} listens`);
      },
    };
  },
};
