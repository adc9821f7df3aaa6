import { type StepKind, stepKinds } from '../../src/core/step-kind.ts';
import { modifiersOf, sourcesOf } from '../../src/scenario/load/check/check-steps.ts';
import { missingOf, renderMissing } from './availability.ts';
import { code, link, table } from './markdown.ts';
import { headingOf, renderKeys, renderTakes } from './render-keys.ts';
import type { Place, SchemaPlaces } from './schema-places.ts';

const stepPlace = 'steps[]';
const expectPlaces: Readonly<Partial<Record<StepKind, string>>> = {
  run: 'expect of run',
  http: 'expect of http',
};

/** One row for each kind of step (R17). */
export function renderStepKinds(schema: SchemaPlaces): string {
  const step = placeOf(schema);
  const rows = stepKinds.map((kind) => {
    const part = step.properties[kind] ?? {};
    const missing = missingOf(stepPlace, kind);
    const status = missing === undefined ? '' : ` ${renderMissing(missing)}`;
    const places = schema.below(part).filter((id) => id.startsWith(stepPlace) && id !== stepPlace);
    const name = places[0] === undefined ? code(kind) : link(code(kind), headingOf(places[0]));
    return [name, renderTakes(part), `${String(part.description ?? '')}${status}`, judgedBy(kind, schema)];
  });
  return table(['kind', 'takes', 'what it does', 'judged by'], rows);
}

function judgedBy(kind: StepKind, { places }: SchemaPlaces): string {
  const expectPlace = expectPlaces[kind];
  if (expectPlace === undefined)
    return ['wait', 'copy', 'control', 'fault', 'parallel', 'use'].includes(kind) ? '–' : 'what stands in it';
  const keys = Object.keys(places.get(expectPlace)?.properties ?? {});
  return `${link('expect', headingOf(expectPlace))}: ${keys.map(code).join(' ')}`;
}

/** The other keys of a step (R19), and on which kinds they do something. */
export function renderStepModifiers(schema: SchemaPlaces): string {
  const step = placeOf(schema);
  const kinds: readonly string[] = stepKinds;
  const modifiers = Object.keys(step.properties).filter((key) => !kinds.includes(key));
  const keys = renderKeys(step, schema, modifiers);
  const rows = modifiers.flatMap((modifier) => {
    const on = stepKinds.filter((kind) => modifiersOf[kind].includes(modifier));
    return on.length === 0 ? [] : [[code(modifier), on.map(code).join(' ')]];
  });
  const captures = Object.entries(sourcesOf).map(([kind, sources = []]) => [
    code(kind),
    sources.map(code).join(' '),
  ]);
  return [
    keys,
    'A modifier where it would do nothing is an error. These have an effect on some kinds only:',
    table(['modifier', 'on'], rows),
    'What `capture: { NAME: { from: … } }` can take from:',
    table(['kind', '`from`'], captures),
  ].join('\n\n');
}

function placeOf({ places }: SchemaPlaces): Place {
  const step = places.get(stepPlace);
  if (step === undefined) throw new Error('the schema has no steps');
  return step;
}
