import { MayflyError } from '../../core/mayfly-error.ts';
import { renderDuration } from '../../core/units.ts';
import { openDeadline } from '../run/deadline.ts';
import { StoppedProcess } from '../run/read-output.ts';
import { planHealth } from './plan-health.ts';
import { notReady, type WaitDefinition, type WaitTarget } from './wait-definition.ts';
import { argvOf, probeByExec } from './wait-for-exec.ts';

/** The health check declared by the service or else by its image. Its interval is a production's; a wait asks sooner. */
export const waitForHealth: WaitDefinition = {
  kind: 'healthcheck',
  prepare(value, target) {
    const plan = planHealth(value, target.service.image.config.healthcheck);
    if (plan === undefined) {
      const hint = 'say `healthcheck:` in the service, or wait for a port, a log line or a command';
      throw new MayflyError(
        'SCENARIO_UNDECLARED',
        `neither \`${target.service.name}\` nor its image has a health check`,
        { hint },
      );
    }
    const argv = healthArgv(plan.test, target);
    const probe = probeByExec(`healthcheck ${argv.join(' ')}`, argv, target);
    const { timeoutMs } = plan;
    return {
      what: probe.what,
      async check(signal) {
        using deadline = openDeadline(target.clock, timeoutMs, signal, () => new Error('time is up'));
        try {
          return await probe.check(deadline.signal);
        } catch (error) {
          if (!deadline.expired || !(error instanceof StoppedProcess)) throw error;
          return notReady(`took longer than its time-out of ${renderDuration(timeoutMs)}`);
        }
      },
    };
  },
};

function healthArgv([kind, ...words]: readonly string[], target: WaitTarget): readonly string[] {
  return kind === 'CMD' ? words : argvOf(words.join(' '), target);
}
