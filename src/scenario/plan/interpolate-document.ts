import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { interpolate } from '../expression/interpolate.ts';
import { interpolateDeep, staticNamespaces } from '../expression/interpolate-deep.ts';
import { referencesOf } from '../expression/references.ts';
import type { Scope } from '../expression/scope.ts';
import { below } from '../load/json-pointer.ts';
import type { Problems } from './problems.ts';

/**
 * `all`: every name must be known now. `known`: texts that read captures or services stay as they are for the runner,
 * which interpolates once more; what values bring in is escaped for that.
 */
export type InterpolateMode = 'all' | 'known';

/** Replaces the expressions of a part of the document; what goes wrong is noted at its place. */
export function interpolateDocument(
  value: Json,
  pointer: string,
  scope: Scope,
  mode: InterpolateMode,
  problems: Problems,
): Json {
  const inside = (item: Json, token: string | number): Json =>
    interpolateDocument(item, below(pointer, token), scope, mode, problems);
  if (typeof value === 'string') return interpolateText(value, pointer, scope, mode, problems);
  if (Array.isArray(value)) return value.map((item: Json, index) => inside(item, index));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item, key)]));
}

function interpolateText(
  text: string,
  pointer: string,
  scope: Scope,
  mode: InterpolateMode,
  problems: Problems,
): Json {
  if (!text.includes('${{')) return text;
  try {
    return mode === 'all'
      ? interpolate(text, scope)
      : interpolateDeep(text, scope, { only: staticNamespaces });
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    problems.addExpression(error, pointer);
    return text;
  }
}

/** Whether a value that was interpolated as far as possible still reads captures or services. */
export function readsLater(value: Json): boolean {
  if (typeof value === 'string') return value.includes('${{') && referencesOf(value).length > 0;
  if (Array.isArray(value)) return value.some(readsLater);
  return isJsonObject(value) && Object.values(value).some(readsLater);
}

/** The names of environment variables that expressions left over in a value read. */
export function environmentNames(value: Json): readonly string[] {
  if (typeof value === 'string') {
    if (!value.includes('${{')) return [];
    return referencesOf(value).flatMap(({ path: [namespace, name] }) =>
      namespace === 'env' && name ? [name] : [],
    );
  }
  if (Array.isArray(value)) return value.flatMap(environmentNames);
  return isJsonObject(value) ? Object.values(value).flatMap(environmentNames) : [];
}
