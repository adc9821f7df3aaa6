import { expect } from 'vitest';
import type { Container } from '../../../src/core/engine.ts';
import type { Probe } from '../../../src/core/probe.ts';
import { never } from '../../engine/contract/contract-kit.ts';

/** The helper in it may not open raw sockets: it sees nothing, whatever comes in. */
export function blinded(container: Container, name: string): Container {
  if (container.name !== name) return container;
  return withProbe(container, (rights, signal) =>
    container.probe(rights === 'network' ? 'root' : rights, signal),
  );
}

/** The helper in it ends with the batch of that number. */
export function dyingAfter(last: number, container: Container, name: string): Container {
  if (container.name !== name) return container;
  return withProbe(container, async (rights, signal): Promise<Probe> => {
    const real = await container.probe(rights, signal);
    let batches = 0;
    return {
      environment: real.environment,
      ended: real.ended,
      calls: (calls) => {
        batches += 1;
        return real.calls(batches < last ? calls : [{ name: 'exit_group', args: [0] }]);
      },
      [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
    };
  });
}

/** Its interface is none that the engine knows of. */
export const unattached = (container: Container): Container => proxied(container, 'networks', []);

const withProbe = (container: Container, probe: Container['probe']): Container =>
  proxied(container, 'probe', probe);

function proxied<K extends keyof Container>(container: Container, name: K, own: Container[K]): Container {
  return new Proxy(container, {
    get: (target, key) => {
      const value: unknown = key === name ? own : Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** ioctl(2) SIOCSIFFLAGS with a struct ifreq without IFF_UP: netdevice(7). */
export async function takeDown(container: Container | undefined): Promise<void> {
  if (container === undefined) throw new Error('there is no such container');
  await using probe = await container.probe('network', never);
  const request = Buffer.from('eth0'.padEnd(40, '\0'), 'latin1');
  const [, result] = await probe.calls([
    { name: 'socket', args: [2, 2, 0] },
    { name: 'ioctl', args: [{ result: 0 }, 0x8914, request] },
  ]);
  expect(result?.error).toBeUndefined();
}
