import { type LeftOut, leftOutOfCompose } from '../../src/scenario/load/report/compose-keys.ts';
import { isWhole, missingOf, renderMissing } from './availability.ts';
import { composeNotes } from './compose-notes.ts';
import type { ComposeElement } from './compose-specification.ts';
import type { SchemaPlaces } from './schema-places.ts';

export interface ComposeStatus {
  readonly key: string;
  readonly status: 'works' | 'partly' | 'not yet' | 'warning' | 'refused' | 'unknown';
  readonly why: string;
}

/** What happens to each key of Compose (R13): out of the schema, the table of what is missing and that of what is left out. */
export function composeStatuses(
  { place: id, keys }: ComposeElement,
  { places }: SchemaPlaces,
): readonly ComposeStatus[] {
  const place = places.get(id);
  if (place === undefined) throw new Error(`there is no place \`${id}\` in the schema`);
  const leftOut = leftOutOfCompose[place.what] ?? {};
  return keys.map((key) => {
    if (Object.hasOwn(place.properties, key)) return statusOfKnown(id, key);
    return Object.hasOwn(leftOut, key)
      ? statusOfLeftOut(key, leftOut[key])
      : { key, status: 'unknown', why: '' };
  });
}

function statusOfKnown(place: string, key: string): ComposeStatus {
  const missing = missingOf(place, key);
  if (missing !== undefined) {
    const status = isWhole(missing) ? 'not yet' : 'partly';
    return {
      key,
      status,
      why: isWhole(missing) ? missing.what : `${missing.what}: ${renderMissing(missing)}`,
    };
  }
  return { key, status: 'works', why: composeNotes[place]?.[key] ?? '' };
}

function statusOfLeftOut(key: string, leftOut: LeftOut | undefined): ComposeStatus {
  const { why = '', instead = '', harmless = false } = leftOut ?? {};
  const advice = instead === 'remove it' ? '' : `; ${instead}`;
  return { key, status: harmless ? 'warning' : 'refused', why: `${why}${advice}` };
}
