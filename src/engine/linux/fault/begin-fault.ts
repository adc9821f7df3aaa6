import type { ContainerSpec } from '../../../core/container.ts';
import { containersOf, type Fault, type FaultSpec } from '../../../core/fault.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import type { Attic } from '../sandbox/attic.ts';
import type { ContainerNetworks } from '../sandbox/container-networks.ts';
import { fillDisk } from './fill-disk.ts';

/** How to mend what was broken; called once. */
export type Undo = () => Promise<void>;

/** What of a sandbox faults befall. */
export interface FaultParts {
  readonly init: LauncherClient;
  readonly networks: ContainerNetworks;
  readonly attic: Attic;
  readonly containers: ReadonlyMap<string, { readonly spec: ContainerSpec }>;
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
      const end = parts.networks.dnsFaults.begin(spec);
      return async () => end();
    }
    case 'disk_full': {
      const place = await parts.attic.limitedPlaceOf(specOf(parts, spec.container), spec.path);
      return fillDisk(parts.init, place);
    }
    default:
      throw new MayflyError('FAULT_UNSUPPORTED', `this engine cannot make the fault \`${spec.kind}\``);
  }
}

function specOf({ containers }: FaultParts, name: string): ContainerSpec {
  const container = containers.get(name);
  if (container !== undefined) return container.spec;
  throw new MayflyError('CONTAINER_STATE', `there is no container ${name}`);
}
