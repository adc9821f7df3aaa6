import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { WaitDefinition, WaitTarget } from './wait-definition.ts';
import { argvOf, probeByExec } from './wait-for-exec.ts';

/** The health check declared by the service or else by its image. Its interval is a production's; a wait asks sooner. */
export const waitForHealth: WaitDefinition = {
  kind: 'healthcheck',
  prepare(value, target) {
    const test = testOf(value) ?? target.service.image.config.healthcheck?.test;
    const argv = test === undefined ? undefined : healthArgv(test, target);
    if (argv === undefined) {
      const hint = 'say `healthcheck:` in the service, or wait for a port, a log line or a command';
      throw new MayflyError(
        'SCENARIO_UNDECLARED',
        `neither \`${target.service.name}\` nor its image has a health check`,
        { hint },
      );
    }
    return probeByExec(`healthcheck ${argv.join(' ')}`, argv, target);
  },
};

/** Compose: a text is `CMD-SHELL`. */
function testOf(value: Json): readonly string[] | undefined {
  if (!isJsonObject(value) || value.test === undefined) return undefined;
  return Array.isArray(value.test) ? value.test.map(String) : ['CMD-SHELL', String(value.test)];
}

function healthArgv([kind, ...words]: readonly string[], target: WaitTarget): readonly string[] | undefined {
  if (kind === 'CMD') return words;
  return kind === 'CMD-SHELL' ? argvOf(words.join(' '), target) : undefined;
}
