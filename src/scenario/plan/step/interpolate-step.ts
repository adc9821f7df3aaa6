import { isJsonObject, type Json } from '../../../core/json.ts';
import { stepKinds } from '../../../core/step-kind.ts';
import type { Scope } from '../../expression/scope.ts';
import { below } from '../../load/json-pointer.ts';
import { interpolateDocument } from '../interpolate-document.ts';
import type { Problems } from '../problems.ts';

/** What may read captures and services, which are known right before the step only (core/scenario.ts, `Step`). */
const lateKeys: ReadonlySet<string> = new Set([
  ...stepKinds,
  'expect',
  'environment',
  'stdin',
  'workdir',
  'user',
  'with',
]);

/** What holds steps. */
const holders: ReadonlySet<string> = new Set(['parallel', 'during']);

export function interpolateStep(step: Json, pointer: string, scope: Scope, problems: Problems): Json {
  if (!isJsonObject(step)) return step;
  const entries = Object.entries(step).map(([key, value]): readonly [string, Json] => {
    if (holders.has(key) && Array.isArray(value)) {
      const at = below(pointer, key);
      return [
        key,
        value.map((inner: Json, index) => interpolateStep(inner, below(at, index), scope, problems)),
      ];
    }
    // The image of a one-shot must be ready before anything runs.
    const late = lateKeys.has(key) && !(key === 'image' && typeof value === 'string');
    const mode = late ? 'known' : 'all';
    return [key, interpolateDocument(value, below(pointer, key), scope, mode, problems)] as const;
  });
  return Object.fromEntries(entries);
}
