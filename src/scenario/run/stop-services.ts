import type { RunningService } from './running-service.ts';
import type { World } from './world.ts';

/**
 * Stops what runs with its own signal and grace: each after those that depend on it, as Compose does, so that a database sees
 * its clients go first.
 */
export async function stopServices(world: World): Promise<void> {
  const running = world.services.filter(({ isOver }) => !isOver);
  for (const service of running) service.endExpected = true;
  const stopped = new Map<string, Promise<void>>();
  const stop = (service: RunningService): Promise<void> => {
    const known = stopped.get(service.name);
    if (known !== undefined) return known;
    const dependents = running.filter(({ plan }) =>
      plan.dependsOn.some((one) => one.service === service.name),
    );
    const after = Promise.all(dependents.map(stop)).then(() => stopOne(service));
    stopped.set(service.name, after);
    return after;
  };
  await Promise.all(running.map(stop));
}

async function stopOne({ container, ended }: RunningService): Promise<void> {
  if (container.state === 'paused') await container.unpause();
  if (container.state === 'running') await container.stop();
  await ended;
}

/** Ends what runs at once: its state is thrown away. */
export async function killServices(world: World): Promise<void> {
  await Promise.all(
    world.services.map(async (service) => {
      service.endExpected = true;
      if (service.isOver) return;
      if (service.container.state === 'paused') await service.container.unpause();
      if (service.container.state === 'running') await service.container.kill('SIGKILL');
      await service.ended;
    }),
  );
}
