import type { FunctionExpressionType, JSONPathEnvironment, JSONPathQuery } from 'json-p3';
import type { Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { maxDocumentDepth } from './parse-document.ts';
import { type CompileRegularExpression, loadRegularExpressions } from './regular-expression.ts';

/** A path that selects more fails: it would be no list a person could judge. */
const maxSelectedValues = 100_000;

export interface JsonPath {
  /** It can select one value at most: no wildcard, slice, filter or descent (RFC 9535, section 2.3.5.1). */
  readonly singular: boolean;
  /** The values it selects, in order; throws SCENARIO_LIMIT beyond `maxSelectedValues`. */
  readonly select: (document: Json) => readonly Json[];
}

/** A JSONPath of RFC 9535; throws MATCHER_INVALID. */
export async function compileJsonPath(path: string): Promise<JsonPath> {
  const { FunctionExpressionType, JSONPathEnvironment } = await import('json-p3');
  const environment = new JSONPathEnvironment({ maxRecursionDepth: maxDocumentDepth + 1 });
  if (/\b(?:match|search)\b/.test(path)) {
    boundFilters(environment, FunctionExpressionType, await loadRegularExpressions());
  }
  const query = parse(environment, path);
  return { singular: query.singularQuery(), select: (document) => select(query, path, document) };
}

function parse(environment: JSONPathEnvironment, path: string): JSONPathQuery {
  try {
    return environment.compile(path);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    const hint = path.startsWith('$') ? 'see RFC 9535 for JSONPath' : `a path begins with $: $.${path}`;
    throw new MayflyError('MATCHER_INVALID', `\`${path}\` is no JSONPath: ${why}`, { cause, hint });
  }
}

function select(query: JSONPathQuery, path: string, document: Json): readonly Json[] {
  const values: Json[] = [];
  // The border: json-p3 types JSON as mutable, and what it selects from JSON is JSON.
  for (const node of query.lazyQuery(document as Parameters<typeof query.lazyQuery>[0])) {
    values.push(node.value as Json);
    if (values.length > maxSelectedValues) {
      const message = `\`${path}\` selects more than maxSelectedValues (${maxSelectedValues}) values`;
      throw new MayflyError('SCENARIO_LIMIT', message, { hint: 'select less' });
    }
  }
  return values;
}

/** json-p3 runs `match` and `search` on JavaScript's own engine, which hostile text can make hang. */
function boundFilters(
  environment: JSONPathEnvironment,
  types: typeof FunctionExpressionType,
  compile: CompileRegularExpression,
): void {
  const filter = (isWhole: boolean) => ({
    argTypes: [types.ValueType, types.ValueType],
    returnType: types.LogicalType,
    call: (text: unknown, pattern: unknown): boolean => {
      if (typeof text !== 'string' || typeof pattern !== 'string') return false;
      try {
        const expression = compile(pattern);
        return isWhole ? expression.matchesWhole(text) : expression.test(text);
      } catch {
        // RFC 9535, sections 2.4.6 and 2.4.7: a pattern that is none matches nothing.
        return false;
      }
    },
  });
  environment.functionRegister.set('match', filter(true));
  environment.functionRegister.set('search', filter(false));
}
