import { MayflyError } from '../../core/mayfly-error.ts';
import type { FoundRepository } from '../../image/registry/search-registry.ts';
import { searchRegistry } from '../../image/registry/search-registry.ts';
import { renderPrintable } from '../../report/printable.ts';
import { defineCommand } from '../command.ts';
import { formatList } from '../format/format-list.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { parseSearch } from '../images/parse-search.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';

const mostResults = 100;
const usualResults = 25;
const descriptionWidth = 45;

const titles = { Name: 'NAME', Description: 'DESCRIPTION', StarCount: 'STARS', IsOfficial: 'OFFICIAL' };

export const searchCommand = defineCommand({
  flags: {
    filter: { kind: 'texts', short: 'f', value: 'NAME=VALUE', what: 'stars=NUMBER, is-official=true|false' },
    format: { kind: 'text', value: 'FORMAT', what: '`table`, `json`, or a template, see docs/images.md' },
    limit: {
      kind: 'whole',
      value: 'NUMBER',
      least: 1,
      what: `At most ${mostResults}; ${usualResults} by default`,
    },
    'no-trunc': { kind: 'switch', what: 'Show descriptions whole' },
  },
  positional: { name: 'text', what: 'TEXT, on Docker Hub, or REGISTRY/TEXT', most: 1 },
  examples: [
    { line: 'search redis', what: 'on Docker Hub' },
    { line: 'search registry.example.org:5000/team', what: 'in the catalogue of another registry' },
  ],
  notes: [
    'A registry that has a search of its own, as Docker Hub has, is asked for it; of any other the catalogue is read, and every repository shown with the text in its name. Some registries show their catalogue to nobody.',
  ],
  async run({ flags, positionals: [text] }, surroundings) {
    if (text === undefined || text === '')
      throw new MayflyError('CLI_USAGE', 'a text is needed', { hint: 'write `mayfly search TEXT`' });
    const limit = flags.limit ?? usualResults;
    if (limit > mostResults) {
      throw new MayflyError('CLI_USAGE', `\`--limit ${limit}\` is more than ${mostResults}`, {
        hint: `ask for at most ${mostResults}`,
      });
    }
    const { registry, term, isWanted } = parseSearch(text, flags.filter);
    const { options } = await openStoreWork(surroundings);
    const registries = await options.readRegistries();
    return untilInterrupted(surroundings, async (signal) => {
      const found = await searchRegistry(registry, term, limit, { ...options, registries, signal });
      const items = found.filter(isWanted).map((each) => toFields(each, flags['no-trunc']));
      const columns = Object.entries(titles).map(([field, title]) => ({ field, title }));
      surroundings.stdout.write(formatList(items, columns, titles, flags.format));
      return 0;
    });
  },
});

function toFields({ name, description, stars, isOfficial }: FoundRepository, isWhole: boolean) {
  // Anybody writes descriptions: nothing of them may steer the terminal.
  const plain = renderPrintable(description.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim());
  const isShort = isWhole || plain.length <= descriptionWidth;
  return {
    Name: name.replace(/[^\x21-\x7e]+/g, ' '),
    Description: isShort ? plain : `${plain.slice(0, descriptionWidth - 1)}…`,
    StarCount: String(stars),
    IsOfficial: isOfficial ? '[OK]' : '',
  };
}
