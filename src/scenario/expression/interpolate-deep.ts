import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyErrors } from '../../core/mayfly-error.ts';
import { ExpressionError } from './expression-error.ts';
import { interpolate } from './interpolate.ts';
import { escapeTemplate, isTemplate } from './parse-template.ts';
import { referencesOf } from './references.ts';
import type { Namespace, Scope } from './scope.ts';

export interface InterpolateOptions {
  /**
   * Resolve only texts that read from these namespaces alone; others stay whole, as written. The result is then still a
   * template: it must be interpolated once more, and what values brought in is escaped so that it is not read as an expression.
   */
  readonly only?: readonly Namespace[];
}

/** The namespaces known before anything runs. */
export const staticNamespaces: readonly Namespace[] = [
  'vars',
  'matrix',
  'secrets',
  'env',
  'case',
  'inputs',
  'run',
];

/**
 * A value with every text in it interpolated; keys are left alone. Throws one ExpressionError, or MayflyErrors when several
 * texts are wrong.
 */
export function interpolateDeep(json: Json, scope: Scope, options: InterpolateOptions = {}): Json {
  const errors: ExpressionError[] = [];
  const result = walk(json, '', (text, pointer) => {
    try {
      return interpolateText(text, scope, options.only);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      errors.push(error.below(pointer));
      return text;
    }
  });
  const [first] = errors;
  if (first === undefined) return result;
  throw errors.length === 1 ? first : new MayflyErrors(errors);
}

function interpolateText(text: string, scope: Scope, only: readonly Namespace[] | undefined): Json {
  if (!isTemplate(text)) return text;
  if (only === undefined) return interpolate(text, scope);
  const isReady = referencesOf(text).every(
    ({ path: [root, name] }) =>
      only.some((namespace) => namespace === root) && (root !== 'inputs' || isKnownInput(name, scope)),
  );
  return isReady ? walk(interpolate(text, scope), '', escapeTemplate) : text;
}

/** An input may read what only the run knows; then it is no member of the scope yet. */
function isKnownInput(name: string | undefined, { inputs }: Scope): boolean {
  return inputs !== undefined && (name === undefined || Object.hasOwn(inputs, name));
}

function walk(json: Json, pointer: string, replace: (text: string, pointer: string) => Json): Json {
  if (typeof json === 'string') return replace(json, pointer);
  if (Array.isArray(json))
    return json.map((entry: Json, index) => walk(entry, `${pointer}/${index}`, replace));
  if (!isJsonObject(json)) return json;
  const entries = Object.entries(json).map(([key, value]): [string, Json] => {
    // RFC 6901, section 3
    const step = key.replaceAll('~', '~0').replaceAll('/', '~1');
    return [key, walk(value, `${pointer}/${step}`, replace)];
  });
  return Object.fromEntries(entries);
}
