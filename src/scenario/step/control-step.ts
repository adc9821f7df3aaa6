import { controlActions } from '../../core/control-actions.ts';
import { isJsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { parseDurationMs } from '../../core/units.ts';
import { canonicalSignal } from '../plan/signal-name.ts';
import type { RunningService } from '../run/running-service.ts';
import { defineStep, type StepWorld } from './step-definition.ts';

type Action = (typeof controlActions)[number];

interface ControlStep {
  readonly action: Action;
  readonly service: string;
  readonly network?: string;
  readonly signal: string;
  readonly graceMs?: number;
}

/** `control`: what one does to a running service from outside. */
export const controlStep = defineStep<ControlStep>({
  kind: 'control',
  normalize(value) {
    const [action, ...others] = isJsonObject(value)
      ? controlActions.filter((name) => value[name] !== undefined)
      : [];
    if (!isJsonObject(value) || action === undefined || others.length > 0) {
      throw new MayflyError(
        'SCENARIO_WRONG_VALUE',
        `\`control\` has exactly one of: ${controlActions.join(', ')}`,
      );
    }
    const { network, signal = 'SIGKILL', grace } = value;
    const needsNetwork = action === 'connect' || action === 'disconnect';
    if (needsNetwork && typeof network !== 'string')
      throw new MayflyError('SCENARIO_MISSING_KEY', `\`${action}\` needs \`network:\``);
    const signalName = canonicalSignal(String(signal));
    if (signalName === '')
      throw new MayflyError('SCENARIO_WRONG_VALUE', `\`${String(signal)}\` is no signal`);
    const graceMs = typeof grace === 'string' ? parseDurationMs(grace) : undefined;
    return {
      action,
      service: String(value[action]),
      signal: signalName,
      ...(typeof network === 'string' ? { network } : {}),
      ...(graceMs === undefined ? {} : { graceMs }),
    };
  },
  async perform(control, _step, world, signal) {
    const service = world.service(control.service);
    await apply(control, service, signal);
    if (control.action === 'restart') await restartDependents([service], control.graceMs, world, signal);
    return { facts: {} };
  },
});

async function apply(control: ControlStep, service: RunningService, signal: AbortSignal): Promise<void> {
  const { container } = service;
  switch (control.action) {
    case 'start':
      return start(service, signal);
    case 'stop':
      return stop(service, control.graceMs);
    case 'restart':
      await stop(service, control.graceMs);
      return start(service, signal);
    case 'kill':
      return kill(service, control.signal);
    case 'pause':
      return container.pause();
    case 'unpause':
      return container.unpause();
    case 'connect':
      return container.connect(control.network ?? '');
    case 'disconnect':
      return container.disconnect(control.network ?? '');
  }
}

/** Compose specification, "depends_on": services with `restart: true` follow, and those that so depend on them. */
async function restartDependents(
  restarted: readonly RunningService[],
  graceMs: number | undefined,
  world: StepWorld,
  signal: AbortSignal,
): Promise<void> {
  const names = new Set(restarted.map(({ name }) => name));
  const dependents = world.services.filter(
    ({ name, plan }) =>
      !names.has(name) && plan.dependsOn.some((one) => one.restart === true && names.has(one.service)),
  );
  if (dependents.length === 0) return;
  for (const dependent of dependents) {
    await stop(dependent, graceMs);
    await start(dependent, signal);
  }
  await restartDependents([...restarted, ...dependents], graceMs, world, signal);
}

/** Signals sent to end a process. One that dies of another, such as SIGHUP for a new configuration, fails as ever (R15). */
const endingSignals: readonly string[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT'];

async function kill(service: RunningService, signalName: string): Promise<void> {
  if (endingSignals.includes(signalName)) service.endExpected = true;
  await service.container.kill(signalName);
  if (signalName === 'SIGKILL') await service.ended;
}

async function stop(service: RunningService, graceMs: number | undefined): Promise<void> {
  service.endExpected = true;
  await service.container.stop(graceMs);
  await service.ended;
}

async function start(service: RunningService, signal: AbortSignal): Promise<void> {
  await service.container.start(signal);
  service.endExpected = false;
  service.onStart();
}
