import { isJsonObject } from '../../../core/json.ts';
import { countMatcher } from '../count-matcher.ts';

/** Characters of a text (code points, the final newline among them), entries of a list, keys of a mapping, bytes. */
export const length = countMatcher('length', (fact) => {
  if (typeof fact === 'string') return { count: [...fact].length, of: ['character', 'characters'] };
  if (fact instanceof Uint8Array) return { count: fact.length, of: ['byte', 'bytes'] };
  if (Array.isArray(fact)) return { count: fact.length, of: ['entry', 'entries'] };
  return isJsonObject(fact) ? { count: Object.keys(fact).length, of: ['key', 'keys'] } : undefined;
});
