import { isJsonObject } from '../../../core/json.ts';
import { has, itemsOf, memberOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';

/** What can be demanded all the time. */
export const invariantFacts = ['memory', 'cpu', 'pids', 'oom_kills', 'restarts', 'logs'] as const;

const otherKeys: ReadonlySet<string> = new Set(['name', 'service']);

/** R3: an invariant demands something. */
export function checkInvariants(document: LoadedDocument): void {
  for (const [index, invariant] of itemsOf(memberOf(document.json, 'invariants')).entries()) {
    if (!isJsonObject(invariant) || invariantFacts.some((fact) => has(invariant, fact))) continue;
    // A key that is unknown is what was meant to demand something; the schema has said so.
    if (Object.keys(invariant).some((key) => !otherKeys.has(key) && !key.startsWith('x-'))) continue;
    const pointer = below('/invariants', index);
    document.error(
      'SCENARIO_ASSERTS_NOTHING',
      'this invariant says nothing of what should hold',
      document.keySpan(pointer),
      pointer,
      `add one of ${invariantFacts.join(', ')}`,
    );
  }
}
