import { defaultContainer } from '../../core/container-defaults.ts';
import type { ContainerTemplate } from '../../core/plan.ts';
import type { Step } from '../../core/scenario.ts';
import { optionalKey } from './optional-key.ts';

/**
 * The container of a `run` step without `in` (language.md R18). `argv` is the whole command: a text has already been
 * given to a shell, whose name only the image knows. The step's late expressions must be resolved before.
 */
export function planOneShot(step: Step, name: string, argv: readonly string[]): ContainerTemplate {
  const defaults = defaultContainer(name);
  const networks = step.networks ?? [];
  return {
    ...defaults,
    entrypoint: [],
    command: argv,
    environment: step.environment ?? {},
    ...optionalKey('workingDir', step.workdir),
    ...optionalKey('user', step.user),
    network:
      networks.length === 0
        ? { kind: 'none' }
        : { kind: 'attached', attachments: networks.map((network) => ({ network, aliases: [] })) },
    process: { ...defaults.process, tty: step.tty, stdin: step.stdin !== undefined },
  };
}
