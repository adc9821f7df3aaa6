import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { notReady, ready, type WaitDefinition } from './wait-definition.ts';

interface WantedPort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

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

/** `8080`, `"53/udp"`, `{ port: 53, proto: udp }`. */
export function parsePort(value: Json): WantedPort {
  if (isJsonObject(value))
    return { ...parsePort(value.port ?? ''), ...(value.proto === 'udp' ? { protocol: 'udp' } : {}) };
  const [, digits = '', protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(String(value)) ?? [];
  const port = Number(digits);
  if (port < 1 || port > 65_535)
    throw new MayflyError('SCENARIO_WRONG_VALUE', `\`${String(value)}\` is no port`);
  return { port, protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}
