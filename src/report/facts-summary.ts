import { isJsonObject, type Json } from '../core/json.ts';
import { renderFirstLine } from './printable.ts';

/** Facts that are many may say in a line what they come to: `2 services: 99 passed, 13 not applicable`. */
export function renderFactsSummary(facts: Json): string | undefined {
  const summary = isJsonObject(facts) ? facts.summary : undefined;
  return typeof summary === 'string' && summary !== '' ? renderFirstLine(summary) : undefined;
}
