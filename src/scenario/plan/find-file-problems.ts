import type { Json, JsonObject } from '../../core/json.ts';
import type { MayflyError } from '../../core/mayfly-error.ts';
import type { BrokenScenario } from '../load/broken-scenario.ts';
import { entriesOf, isStatic } from '../load/json-access.ts';
import { below } from '../load/json-pointer.ts';
import { DocumentNode } from './document-node.ts';
import { planConfigs } from './plan-configs.ts';
import type { PlanOptions } from './plan-options.ts';
import { planSecrets } from './plan-secrets.ts';
import { Problems } from './problems.ts';
import { readEnvFiles } from './service/plan-environment.ts';

/**
 * Of a scenario that cannot be planned because something else is wrong with it: which files its sound parts name in vain,
 * so that this is not said only after the rest is mended (language.md R2). What an expression names is left for then.
 */
export function findFileProblems(
  { scenario, isSound }: BrokenScenario,
  options: PlanOptions,
): readonly MayflyError[] {
  const problems = new Problems(scenario);
  const { document } = scenario;
  const canBeRead = (value: Json, pointer: string): boolean =>
    isSound(pointer) && isStatic(JSON.stringify(value));
  const soundIn = (key: string): DocumentNode => {
    const sound = entriesOf(document[key]).filter(([name, value]) => canBeRead(value, below('', key, name)));
    return new DocumentNode(Object.fromEntries(sound) satisfies JsonObject, below('', key), problems);
  };
  planConfigs(soundIn('configs'), options);
  planSecrets(soundIn('secrets'), options);
  const services = new DocumentNode(document.services, '/services', problems);
  for (const [, service] of services.isMap ? services.entries() : []) {
    const files = service.child('env_file');
    if (canBeRead(files.value ?? null, files.pointer)) readEnvFiles(service, options);
  }
  return problems.errors;
}
