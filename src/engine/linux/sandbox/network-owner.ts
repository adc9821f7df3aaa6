import type { ContainerSpec } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { LinuxContainer } from '../container/linux-container.ts';
import type { Slot } from '../tape/op.ts';

/** A pidfd of the container whose network another shares; it must run, for an ended one has none to share. */
export function networkOwnerOf(
  spec: ContainerSpec,
  containers: ReadonlyMap<string, LinuxContainer>,
): Slot | undefined {
  if (spec.network.kind !== 'shared') return undefined;
  const owner = containers.get(spec.network.container);
  if (owner !== undefined && (owner.state === 'running' || owner.state === 'paused')) return owner.pidfd;
  const why = owner === undefined ? 'not there' : owner.state;
  throw new MayflyError(
    'CONTAINER_STATE',
    `cannot start ${spec.name}: it shares the network of ${spec.network.container}, which is ${why}`,
  );
}
