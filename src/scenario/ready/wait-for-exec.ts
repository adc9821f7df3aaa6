import type { Json } from '../../core/json.ts';
import { planExec } from '../run/plan-exec.ts';
import { readOutput } from '../run/read-output.ts';
import { renderExit } from '../run/render-exit.ts';
import { notReady, type Probe, ready, type WaitDefinition, type WaitTarget } from './wait-definition.ts';

/** A command inside exits with 0. */
export const waitForExec: WaitDefinition = {
  kind: 'exec',
  prepare: (value, target) => probeByExec(`exec ${renderCommand(value)}`, argvOf(value, target), target),
};

/** Also for health checks. */
export function probeByExec(
  what: string,
  argv: readonly string[],
  { service, limits, clock }: WaitTarget,
): Probe {
  return {
    what,
    async check(signal) {
      const process = await service.container.exec(planExec(service.spec, argv, {}), signal);
      const { status, output } = await readOutput(process, { limits, clock, signal });
      if (status.code === 0) return ready;
      const lastLine = output.toString().trimEnd().split('\n').at(-1) ?? '';
      return notReady(`${renderExit(status)}${lastLine === '' ? '' : `: ${lastLine}`}`);
    },
  };
}

/** Text goes through the image's shell, as Docker's health checks do. */
export function argvOf(value: Json, { service }: WaitTarget): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [...service.image.config.shell, String(value)];
}

function renderCommand(value: Json): string {
  return Array.isArray(value) ? value.join(' ') : String(value);
}
