import { composeElements } from './compose-specification.ts';
import { type ComposeStatus, composeStatuses } from './compose-status.ts';
import { code, link, table } from './markdown.ts';
import type { SchemaPlaces } from './schema-places.ts';

const words: Readonly<Record<ComposeStatus['status'], string>> = {
  works: 'works',
  partly: 'works in part',
  'not yet': 'not available yet',
  warning: 'a warning, otherwise ignored',
  refused: 'refused',
  unknown: 'refused',
};

/** docs/compose-keys.md */
export function renderComposeKeys(schema: SchemaPlaces): string {
  const sections = composeElements.map((element) => {
    const rows = composeStatuses(element, schema).map(({ key, status, why }) => [
      code(key),
      words[status],
      why,
    ]);
    return `## ${element.title}\n\n${table(['key', 'here', 'why, or how'], rows)}`;
  });
  const service = composeElements[0];
  const counts = service === undefined ? '' : countsOf(composeStatuses(service, schema));
  const contents = composeElements.map(({ title }) => `- ${link(title, title)}`).join('\n');
  return `${head}\n${counts}\n\n${contents}\n\n${sections.join('\n\n')}\n`;
}

function countsOf(statuses: readonly ComposeStatus[]): string {
  const count = (status: ComposeStatus['status']) => statuses.filter((one) => one.status === status).length;
  const parts = [
    `${count('works') + count('partly')} work`,
    `${count('not yet')} are not available yet`,
    `${count('refused')} are refused by name`,
    `${count('warning')} are a warning`,
  ];
  return `Of the ${statuses.length} keys of a service, ${parts.join(', ')}.`;
}

const head = `<!-- Written by tools/generate-docs.mjs. Do not edit. -->

# The keys of Compose

What becomes of every key of the Compose specification. A key that works means what it means in Compose, with the differences told beside
it. A key that could not do here what it promises is refused by its name, with what to write instead: a scenario that passes never
has a line that did nothing. Where ignoring a key cannot change a result, it is a warning. Keys that begin with \`x-\` are allowed
everywhere. What the keys take is in [language.md](language.md#services).
`;
