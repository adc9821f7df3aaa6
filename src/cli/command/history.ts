import { MayflyError } from '../../core/mayfly-error.ts';
import { findImage } from '../../image/find-image.ts';
import { shortId } from '../../image/store/known-images.ts';
import { renderPrintable } from '../../report/printable.ts';
import { defineCommand } from '../command.ts';
import { formatList } from '../format/format-list.ts';
import { renderAgo, renderTime } from '../format/human-duration.ts';
import { humanSize } from '../format/human-size.ts';
import { type HistoryEntry, imageHistory } from '../images/image-history.ts';
import { readImageConfig } from '../images/read-config.ts';
import { readStore } from '../images/read-store.ts';

const titles = {
  ID: 'IMAGE',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  CreatedBy: 'CREATED BY',
  Size: 'SIZE',
  Comment: 'COMMENT',
};

/** Docker's width. */
const shownCharacters = 45;

export const historyCommand = defineCommand({
  flags: {
    format: { kind: 'text', value: 'FORMAT', what: '`table`, `json`, or a template, see docs/images.md' },
    'no-trunc': { kind: 'switch', what: 'Show commands and ids whole' },
    quiet: { kind: 'switch', short: 'q', what: 'Show ids alone' },
  },
  positional: { name: 'image', what: 'name:tag, name@digest, or the beginning of an id', most: 1 },
  examples: [{ line: 'history app:1', what: 'newest first, with the size of each layer' }],
  async run({ flags, positionals: [text] }, surroundings) {
    if (text === undefined)
      throw new MayflyError('CLI_USAGE', 'no image is named', { hint: 'write `mayfly history IMAGE`' });
    const { images, paths } = await readStore(surroundings);
    const { image } = findImage(text, images);
    const whole = flags['no-trunc'];
    const items = imageHistory(image, readImageConfig(image, paths)).map((entry, at) => ({
      ID: at > 0 ? '<missing>' : whole ? image.id : shortId(image.id),
      CreatedSince: entry.createdAt === '' ? '' : renderAgo(entry.createdAt, surroundings.dateMs()),
      CreatedAt: entry.createdAt === '' ? '' : renderTime(entry.createdAt),
      CreatedBy: showCommand(entry, whole),
      Size: humanSize(entry.sizeBytes),
      Comment: renderPrintable(entry.comment),
    }));
    const fields = ['ID', 'CreatedSince', 'CreatedBy', 'Size', 'Comment'] as const;
    const columns = fields.map((field) => ({ field, title: titles[field] }));
    surroundings.stdout.write(
      flags.quiet
        ? items.map(({ ID }) => `${ID}\n`).join('')
        : formatList(items, columns, titles, flags.format),
    );
    return 0;
  },
});

function showCommand({ createdBy }: HistoryEntry, whole: boolean): string {
  const text = renderPrintable(createdBy.replaceAll('\t', ' '));
  return whole || text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters - 1)}…`;
}
