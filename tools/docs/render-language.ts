import { renderAllMissing, renderNote } from './availability.ts';
import { anchor } from './markdown.ts';
import { renderFunctions, renderNamespaces } from './render-expressions.ts';
import { headingOf, placesFrom, renderKeys, renderPlaceNote } from './render-keys.ts';
import { renderDefaults, renderLoadLimits, renderRunLimits } from './render-limits.ts';
import { renderMatchers } from './render-matchers.ts';
import { renderStepKinds, renderStepModifiers } from './render-steps.ts';
import type { SchemaPlaces } from './schema-places.ts';

/** `<!-- keys services.NAME -->` alone on its line: a part that is made from the source. */
const directive = /^<!-- ([a-z-]+)(?: (.+?))? -->$/gm;

type Render = (argument: string, schema: SchemaPlaces) => string;

const parts: Readonly<Record<string, Render>> = {
  keys: (id, schema) => renderSections(placesFrom(id, schema), schema),
  'keys-below': (id, schema) => renderSections(placesFrom(id, schema).slice(1), schema),
  'keys-of-scenario': (_none, schema) => renderSection('', schema),
  'step-kinds': (_none, schema) => renderStepKinds(schema),
  'step-modifiers': (_none, schema) => renderStepModifiers(schema),
  matchers: () => renderMatchers(),
  functions: () => renderFunctions(),
  namespaces: () => renderNamespaces(),
  'load-limits': () => renderLoadLimits(),
  'run-limits': () => renderRunLimits(),
  defaults: () => renderDefaults(),
  'not-yet': (names, { places }) =>
    renderNote(names.split(' '), (place, key) => Object.hasOwn(places.get(place)?.properties ?? {}, key)),
  'all-not-yet': () => renderAllMissing(),
};

/** docs/language.md out of its chapters. */
export function renderLanguage(chapters: readonly string[], schema: SchemaPlaces): string {
  const text = chapters.map((chapter) => expand(chapter.trim(), schema)).join('\n\n');
  const titles = [...text.matchAll(/^## (.+)$/gm)].map(([, title = '']) => `- [${title}](#${anchor(title)})`);
  return `${head}\n${titles.join('\n')}\n\n${text.replace(/\n{3,}/g, '\n\n')}\n`;
}

function expand(chapter: string, schema: SchemaPlaces): string {
  return chapter.replace(directive, (_line, name: string, argument = '') => {
    const render = parts[name];
    if (render === undefined) throw new Error(`a chapter asks for \`${name}\`, which is not generated`);
    return render(argument, schema);
  });
}

function renderSections(ids: readonly string[], schema: SchemaPlaces): string {
  return ids.map((id) => renderSection(id, schema)).join('\n\n');
}

function renderSection(id: string, schema: SchemaPlaces): string {
  const place = schema.places.get(id);
  if (place === undefined) throw new Error(`there is no place \`${id}\` in the schema`);
  const note = renderPlaceNote(id);
  return [`#### ${headingOf(id)}`, ...(note === '' ? [] : [note]), renderKeys(place, schema)].join('\n\n');
}

const head = `<!-- Written by tools/generate-docs.mjs from tools/docs/chapters, the schema and the tables in src. Do not edit. -->

# The scenario language

A scenario is a YAML file. It says which containers there are, what is done with them, and what must then hold. Services are written
with the words of Compose, steps with those of a workflow. The JSON Schema \`schema/scenario.schema.json\` is the law; this page is
written from it.
`;
