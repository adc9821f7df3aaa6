import type { ContainerNetwork, ContainerSpec, MountSpec } from '../../core/container.ts';
import type { OpenedTwin } from '../step/step-definition.ts';
import { containerEndedEvent, containerStartedEvent } from './container-events.ts';
import type { RunningService } from './running-service.ts';
import type { World } from './world.ts';

/** A container as the service's is, in which our helper waits: what is done to it does not reach the service. */
export async function openTwin(
  service: RunningService,
  number: number,
  world: World,
  signal: AbortSignal,
): Promise<OpenedTwin> {
  const name = `${service.container.name}-twin-${number}`;
  const startedAtMs = world.clock.nowMs();
  const container = await world.sandbox.startContainer(twinSpec(service.spec, name), signal);
  world.emitter.emit(
    containerStartedEvent(name, container, service.image.name, world.clock.nowMs() - startedAtMs),
  );
  return {
    container,
    async [Symbol.asyncDispose]() {
      await container.remove();
      world.emitter.emit(
        containerEndedEvent(name, await container.main.exited, { expected: true, restarting: false }),
      );
    },
  };
}

/** sethostname(2): HOST_NAME_MAX. */
const mostHostnameBytes = 64;

/** Without what there can be one of only: names, addresses and ports; its volumes are empty ones of its own. */
export function twinSpec(spec: ContainerSpec, name: string): ContainerSpec {
  return {
    ...spec,
    name,
    // Else the service's name would lead to the twin, too.
    hostname: name.slice(0, mostHostnameBytes),
    idle: true,
    measured: true,
    ports: [],
    mounts: spec.mounts.map(ownMount),
    network: ownNetwork(spec.network),
  };
}

function ownMount(mount: MountSpec): MountSpec {
  if (mount.kind !== 'volume') return mount;
  return { kind: 'tmpfs', target: mount.target, readOnly: mount.readOnly };
}

function ownNetwork(network: ContainerNetwork): ContainerNetwork {
  if (network.kind !== 'attached') return network;
  return {
    kind: 'attached',
    attachments: network.attachments.map((each) => ({ network: each.network, aliases: [] })),
  };
}
