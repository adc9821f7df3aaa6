import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import { interpolateDeep } from '../expression/interpolate-deep.ts';
import type { Scope } from '../expression/scope.ts';

/** The step with the expressions resolved that only now have a value: those of earlier steps and of running services. */
export function interpolateStep(step: Step, scope: Scope): Step {
  const { expect, environment, stdin, workdir, user } = step;
  const text = (name: string, value: string): string => demandText(name, interpolateDeep(value, scope));
  return {
    ...step,
    value: interpolateDeep(step.value, scope),
    ...(expect === undefined ? {} : { expect: demandMapping(interpolateDeep(expect, scope)) }),
    ...(environment === undefined
      ? {}
      : { environment: mapTexts(environment, (name, value) => text(`environment.${name}`, value)) }),
    ...(stdin === undefined ? {} : { stdin: text('stdin', stdin) }),
    ...(workdir === undefined ? {} : { workdir: text('workdir', workdir) }),
    ...(user === undefined ? {} : { user: text('user', user) }),
  };
}

function mapTexts(
  record: Readonly<Record<string, string>>,
  change: (name: string, value: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(name, value)]));
}

function demandText(name: string, value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new MayflyError(
    'EXPRESSION_TYPE',
    `\`${name}\` must be text, and its expression gives ${JSON.stringify(value)}`,
  );
}

function demandMapping(value: Json): NonNullable<Step['expect']> {
  if (isJsonObject(value)) return value;
  throw new MayflyError('EXPRESSION_TYPE', '`expect` must be a mapping');
}
