import type { ExitStatus } from '../../core/container.ts';
import type { Container } from '../../core/engine.ts';
import type { ScenarioEvent } from './emitter.ts';

export function containerStartedEvent(
  name: string,
  container: Container,
  image: string,
  durationMs: number,
): ScenarioEvent {
  return {
    kind: 'containerStarted',
    container: name,
    id: container.id,
    image,
    networks: container.networks.map(({ network, ipv4, ipv6 }) => ({
      network,
      ...(ipv4 === undefined ? {} : { ipv4 }),
      ...(ipv6 === undefined ? {} : { ipv6 }),
    })),
    ports: container.ports,
    durationMs,
  };
}

export function containerEndedEvent(
  container: string,
  { code, signal, oomKilled }: ExitStatus,
  { expected, restarting }: { readonly expected: boolean; readonly restarting: boolean },
): ScenarioEvent {
  return {
    kind: 'containerEnded',
    container,
    code,
    oomKilled,
    expected,
    ...(signal === undefined ? {} : { signal }),
    ...(restarting ? { restarting } : {}),
  };
}
