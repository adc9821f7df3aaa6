import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { validate } from '../generated/validate-scenario.js';
import { below, pointerSegments } from '../load/json-pointer.ts';
import type { Problems } from './problems.ts';

/**
 * Checks the document against the schema once more, now that expressions have become values: `port: ${{ vars.port }}`
 * is fine as written and wrong when the variable is `abc`. Only what an expression made is looked at.
 */
export function revalidate(written: JsonObject, resolved: JsonObject, problems: Problems): void {
  if (validate(resolved)) return;
  for (const { instancePath } of validate.errors ?? []) {
    const place = interpolatedPlace(written, resolved, instancePath);
    if (place === undefined || problems.hasErrorWithin(place.pointer)) continue;
    const message = `${place.written} has become ${shown(place.value)}, which cannot stand here`;
    problems.add('SCENARIO_WRONG_TYPE', place.pointer, message, 'see the schema for what can');
  }
}

interface Place {
  readonly pointer: string;
  readonly written: string;
  readonly value: Json;
}

/** The text with an expression that the value at `path`, or something around it, came from. */
function interpolatedPlace(written: JsonObject, resolved: JsonObject, path: string): Place | undefined {
  let before: Json | undefined = written;
  let after: Json | undefined = resolved;
  let pointer = '';
  for (const key of pointerSegments(path)) {
    if (typeof before === 'string') break;
    before = childOf(before, key);
    after = childOf(after, key);
    pointer = below(pointer, key);
  }
  if (typeof before !== 'string' || !before.includes('${{')) return undefined;
  return { pointer, written: before, value: after ?? null };
}

function childOf(value: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isJsonObject(value) ? value[key] : undefined;
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
