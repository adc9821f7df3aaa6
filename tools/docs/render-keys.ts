import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { operators } from '../../src/scenario/schema/matchers.ts';
import { isWhole, missingOf, renderMissing } from './availability.ts';
import { code, link, table } from './markdown.ts';
import { renderYaml } from './render-yaml.ts';
import { definition, definitionName, homePlaces, type Place, type SchemaPlaces } from './schema-places.ts';

/** So many words are worth listing. */
const listable = 18;

/** Places that are told in a chapter of their own. */
const chapters: ReadonlyMap<string, string> = new Map([
  ['', 'Keys of a scenario'],
  ['steps[]', 'Steps'],
  ['matcher', 'Matchers'],
]);

/** The heading of a place's table. */
export function headingOf(id: string): string {
  const chapter = chapters.get(id);
  if (chapter !== undefined) return chapter;
  return `Keys of ${/[ ]/.test(id) ? id : code(id)}`;
}

/** A place and, below it, those that stand in it alone. */
export function placesFrom(id: string, { places, below }: SchemaPlaces): readonly string[] {
  const place = places.get(id);
  if (place === undefined) throw new Error(`there is no place \`${id}\` in the schema`);
  const nested = Object.values(place.properties)
    .flatMap((part) => below(part))
    .filter((inner) => inner.startsWith(`${id}.`) && !homePlaces.has(inner));
  return [id, ...nested.flatMap((inner) => placesFrom(inner, { places, below }))];
}

export function renderKeys(place: Place, { below }: SchemaPlaces, only?: readonly string[]): string {
  const own = Object.entries(place.properties).filter(
    ([key, part]) => part !== operators[key] && (only?.includes(key) ?? true),
  );
  const rows = own.map(([key, part]) => {
    const missing = missingOf(place.id, key);
    const status = missing === undefined ? '' : ` ${renderMissing(missing)}`;
    const needed = place.required.includes(key) ? ' (required)' : '';
    const more = below(part)
      .filter((id) => id !== place.id)
      .map((id) => link(shortName(id), headingOf(id)));
    const takes = [renderTakes(part), ...(more.length === 0 ? [] : [`→ ${more.join(', ')}`])].join(' ');
    return [code(key) + needed, takes, `${describe(key, part)}${status}`, exampleOf(part)];
  });
  const others = own.length < Object.keys(place.properties).length && only === undefined;
  const matchers = [
    '…',
    'operands of matchers',
    `every ${link('matcher', headingOf('matcher'))}`,
    '`contains: ready`',
  ];
  return table(['key', 'takes', 'meaning', 'example'], others ? [...rows, matchers] : rows);
}

/** Says above a table that nothing in it is available, where that is so. */
export function renderPlaceNote(id: string): string {
  const parts = id.split('.');
  for (let length = parts.length - 1; length > 0; length -= 1) {
    const owner = parts.slice(0, length).join('.');
    const key = (parts[length] ?? '').replace(/\[\]$/, '');
    const missing = missingOf(owner, key);
    if (missing !== undefined && isWhole(missing)) return renderMissing(missing);
  }
  const top = missingOf('', (parts[0] ?? '').replace(/\[\]$/, ''));
  return top !== undefined && isWhole(top) ? renderMissing(top) : '';
}

function shortName(id: string): string {
  return id
    .replace(/^(?:services|images|networks|volumes|configs)\.NAME\.?(?=.)/, '')
    .replace(/^steps\[\]\./, '');
}

/** A title is told only where it says more than the key. */
function describe(key: string, part: JsonObject): string {
  const { title, description } = part;
  const words = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const isNew = typeof title === 'string' && words(title) !== words(key);
  return `${isNew ? `**${title}.** ` : ''}${String(description ?? '')}`;
}

function exampleOf({ examples }: JsonObject): string {
  const [first] = Array.isArray(examples) ? (examples as readonly Json[]) : [];
  return first === undefined ? '' : code(renderYaml(first));
}

/** What stands behind a key, in a few words. */
export function renderTakes(schema: JsonObject): string {
  const reference = definitionName(schema);
  if (reference !== undefined) return renderTakes(definition(reference));
  const words = Array.isArray(schema.enum) ? schema.enum.map(String) : [];
  if (words.length > 0 && words.length <= listable) return words.map((word) => code(word)).join(', ');
  const expects = schema['x-expects'];
  if (typeof expects === 'string') return expects;
  const [only] = Array.isArray(schema.allOf) ? (schema.allOf as readonly Json[]) : [];
  if (isJsonObject(only) && '$ref' in only) return renderTakes(only);
  const what = schema['x-what'];
  if (schema.type === 'array') return typeof what === 'string' ? what : 'a list';
  if (schema.type === 'object') return 'a mapping';
  if (schema.type === 'string') return 'text';
  return schema.type === undefined ? 'any value' : `${String(schema.type)}`;
}
