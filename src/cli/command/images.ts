import { defineCommand } from '../command.ts';
import { formatList } from '../format/format-list.ts';
import { matchesReference, parseImageFilters } from '../images/image-filters.ts';
import { imageRows, imageTitles, toFields } from '../images/image-rows.ts';
import { labelsOf, readImageConfig } from '../images/read-config.ts';
import { readStore } from '../images/read-store.ts';

export const imagesCommand = defineCommand({
  flags: {
    all: { kind: 'switch', short: 'a', what: 'Also those that only scenarios have made, which have no name' },
    digests: { kind: 'switch', what: 'Show the digests under which registries know them' },
    filter: {
      kind: 'texts',
      short: 'f',
      value: 'NAME=VALUE',
      what: 'dangling=true|false, label=NAME[=VALUE], reference=PATTERN, before=IMAGE, since=IMAGE',
    },
    format: { kind: 'text', value: 'FORMAT', what: '`table`, `json`, or a template, see docs/images.md' },
    'no-trunc': { kind: 'switch', what: 'Show ids whole' },
    quiet: { kind: 'switch', short: 'q', what: 'Show ids alone' },
  },
  positional: {
    name: 'repository',
    what: 'Only this repository, or REPOSITORY:TAG; `*` is allowed',
    most: 1,
  },
  examples: [
    { line: 'images', what: 'every image that was pulled, loaded, built or imported' },
    { line: 'images --filter dangling=true -q', what: 'the ids of those without a name' },
    { line: "images --format '{{.Repository}}:{{.Tag}} {{.Size}}'", what: 'a line of your own for each' },
  ],
  async run({ flags, positionals: [pattern] }, surroundings) {
    const { images, paths } = await readStore(surroundings);
    const wanted = parseImageFilters(flags.filter, {
      images,
      labelsOf: (image) => labelsOf(readImageConfig(image, paths)),
    });
    const named = pattern === undefined ? () => true : matchesReference(pattern);
    const rows = images
      .filter(({ kept }) => flags.all || kept !== undefined)
      .flatMap(imageRows)
      .filter((row) => named(row) && wanted(row));
    const items = rows.map((row) => toFields(row, surroundings.dateMs(), flags['no-trunc']));
    if (flags.quiet) {
      const ids = new Set(items.map(({ ID }) => String(ID)));
      surroundings.stdout.write([...ids].map((id) => `${id}\n`).join(''));
      return 0;
    }
    const fields = ['Repository', 'Tag', ...(flags.digests ? ['Digest'] : []), 'ID', 'CreatedSince', 'Size'];
    const columns = fields.map((field) => ({ field, title: imageTitles[field] ?? field }));
    surroundings.stdout.write(formatList(items, columns, imageTitles, flags.format));
    return 0;
  },
});
