import { isJsonObject, type Json } from '../../../core/json.ts';
import { listMatcher } from '../list-matcher.ts';
import { allOf, mismatch } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { invalid } from '../operand-problem.ts';
import { showFact } from '../show-fact.ts';

/** A list of exactly these values, each as often as given, in any order. */
export const unordered: Matcher = {
  name: 'unordered',
  example: 'unordered: [a, b]',
  judges: () => 'list',
  validate: (operand, { isTemplate }) =>
    Array.isArray(operand) || isTemplate(operand) ? [] : [invalid('', '`unordered` takes a list')],
  compile: (operand, { context }) => {
    const wanted = Array.isArray(operand) ? operand : [operand];
    const description = `in any order ${showFact(wanted)}`;
    const loose = context.strict !== true;
    return listMatcher('unordered', description, (entries, fact) => {
      const missing = without(wanted, entries, loose);
      const extra = without(entries, wanted, loose);
      return allOf([
        ...missing.map((value) => mismatch(fact, `lacks ${showFact(value)}`, description)),
        ...extra.map((value) => mismatch(fact, `has ${showFact(value)} too many`, description)),
      ]);
    });
  },
};

/** The entries of `list` that `removed` does not make up for, counted. By key, since every pair would be too many pairs. */
function without(list: readonly Json[], removed: readonly Json[], loose: boolean): readonly Json[] {
  const left = new Map<string, number>();
  for (const value of removed) {
    const key = canonical(value, loose);
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  return list.filter((value) => {
    const key = canonical(value, loose);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

/** One text for all values that are equal. Outside documents a number and the text that spells it are. */
function canonical(value: Json, loose: boolean): string {
  if (Array.isArray(value)) return `[${value.map((entry: Json) => canonical(entry, loose)).join(',')}]`;
  if (isJsonObject(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null, loose)}`).join(',')}}`;
  }
  return JSON.stringify(loose && value !== null ? String(value) : value);
}
