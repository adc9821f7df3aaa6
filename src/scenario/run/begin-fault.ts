import type { FaultSpec } from '../../core/fault.ts';
import type { Scope } from '../../core/scope.ts';
import type { FaultStep } from '../fault/parse-fault.ts';
import type { RunningService } from './running-service.ts';
import type { World } from './world.ts';

/** Breaks what the step says. All of it is undone by `scope`, also what was begun before something failed. */
export async function beginFault(
  fault: FaultStep,
  world: World,
  scope: Scope,
  signal: AbortSignal,
): Promise<void> {
  const engineFault = async (spec: FaultSpec): Promise<void> => {
    // Before it begins, and until after its end: what is measured meanwhile is doubtful.
    world.faults.add(spec);
    scope.defer(`the note of the fault ${spec.kind}`, async () => {
      world.faults.delete(spec);
    });
    scope.own(`the fault ${spec.kind}`, await world.sandbox.fault(spec, signal));
  };
  const containers = (services: readonly string[]): readonly string[] =>
    services.map((name) => networkOwner(world.service(name)));
  switch (fault.kind) {
    case 'partition': {
      const cuts = fault.cuts.map(({ from, to }) => ({ from: containers(from), to: containers(to) }));
      return engineFault({ kind: 'partition', cuts });
    }
    case 'loss':
    case 'reset': {
      const { services, peers, forMs: _lasts, ...rest } = fault;
      const traffic = {
        containers: containers(services),
        ...(peers === undefined ? {} : { peers: containers(peers) }),
      };
      return engineFault({ ...rest, ...traffic });
    }
    case 'delay':
    case 'rate':
    case 'dns': {
      const { services, forMs: _lasts, ...rest } = fault;
      return engineFault({ ...rest, containers: containers(services) });
    }
    case 'disk_full':
      for (const name of fault.services) {
        const container = world.service(name).container.name;
        await engineFault({ kind: 'disk_full', container, path: fault.path });
      }
      return;
    case 'pause':
      for (const name of fault.services) await pause(world.service(name), scope);
      return;
    case 'kill':
      for (const name of fault.services) await kill(world.service(name), world, scope);
      return;
    default:
      return fault satisfies never;
  }
}

/** With `network_mode: service:x`, what befalls the network befalls that of x. */
function networkOwner({ spec, container }: RunningService): string {
  return spec.network.kind === 'shared' ? spec.network.container : container.name;
}

async function pause({ name, container }: RunningService, scope: Scope): Promise<void> {
  await container.pause();
  scope.defer(`the pause of ${name}`, async () => {
    if (container.state === 'paused') await container.unpause();
  });
}

/** As a crash: `restart` starts it again at once; who has no `restart` is started when the fault ends. */
async function kill(service: RunningService, world: World, scope: Scope): Promise<void> {
  const { name, container } = service;
  const { ended } = service; // of this process: `restart` may have the next one before long
  service.nextEndIsFault = true;
  await container.kill('SIGKILL').catch((error: unknown) => {
    service.nextEndIsFault = false;
    throw error;
  });
  scope.defer(`the end of ${name}`, async () => {
    // A step may have started it, or `restart` is about to.
    if (container.state !== 'exited' || !service.isOver) return;
    await container.start(world.closing);
    service.endExpected = false;
    service.onStart();
  });
  await ended;
}
