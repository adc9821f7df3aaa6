import type { ContainerSpec } from '../../../core/container.ts';
import {
  containersOf,
  type DelayFault,
  type Fault,
  type FaultSpec,
  type RateFault,
} from '../../../core/fault.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import type { LinuxContainer } from '../container/linux-container.ts';
import type { Attic } from '../sandbox/attic.ts';
import type { ContainerNetworks } from '../sandbox/container-networks.ts';
import type { Slot } from '../tape/op.ts';
import { fillDisk } from './fill-disk.ts';

/** How to mend what was broken; called once. */
export type Undo = () => Promise<void>;

/** What of a sandbox faults befall. */
export interface FaultParts {
  readonly init: LauncherClient;
  readonly networks: ContainerNetworks;
  readonly attic: Attic;
  readonly containers: ReadonlyMap<string, LinuxContainer>;
}

export async function beginFault(spec: FaultSpec, parts: FaultParts, signal: AbortSignal): Promise<Fault> {
  signal.throwIfAborted();
  for (const name of containersOf(spec)) specOf(parts, name);
  const undo = await make(spec, parts);
  let undone: Promise<void> | undefined;
  return {
    spec,
    [Symbol.asyncDispose]: () => {
      undone ??= undo();
      return undone;
    },
  };
}

async function make(spec: FaultSpec, parts: FaultParts): Promise<Undo> {
  switch (spec.kind) {
    case 'dns': {
      const end = parts.networks.faults.dns.begin(spec);
      return async () => end();
    }
    case 'disk_full': {
      const place = await parts.attic.limitedPlaceOf(specOf(parts, spec.container), spec.path);
      return fillDisk(parts.init, place);
    }
    case 'rate':
    case 'delay':
      return changeLines(spec, parts);
    case 'partition':
    case 'loss':
    case 'reset':
      return parts.networks.faults.beginFilter(spec, runningOf(parts));
    default:
      return spec satisfies never;
  }
}

async function changeLines(
  spec: RateFault | DelayFault,
  { networks, containers }: FaultParts,
): Promise<Undo> {
  for (const name of spec.containers) {
    if (networks.attachmentsOf(name).length === 0)
      throw new MayflyError('FAULT_UNSUPPORTED', `${name} is on no network, so \`${spec.kind}\` has no line`);
  }
  const end = networks.faults.begin(spec);
  const apply = async (): Promise<void> => {
    for (const name of spec.containers) {
      const container = containers.get(name);
      if (container !== undefined && isAlive(container)) await networks.changeLines(name, container.pidfd);
    }
  };
  const undo: Undo = async () => {
    end();
    await apply();
    networks.faults.requireNoneLost();
  };
  try {
    await apply();
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}

function runningOf({ containers }: FaultParts): ReadonlyMap<string, Slot> {
  const alive = [...containers].filter(([, container]) => isAlive(container));
  return new Map(alive.map(([name, { pidfd }]) => [name, pidfd]));
}

/** One that has ended has no links; when it starts again, it gets what holds then. */
const isAlive = ({ state }: Pick<LinuxContainer, 'state'>): boolean =>
  state === 'running' || state === 'paused';

function specOf({ containers }: FaultParts, name: string): ContainerSpec {
  const container = containers.get(name);
  if (container !== undefined) return container.spec;
  throw new MayflyError('CONTAINER_STATE', `there is no container ${name}`);
}
