import type { JsonObject } from '../../core/json.ts';
import { MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import { findImage } from '../../image/find-image.ts';
import { renderPrintableText } from '../../report/printable.ts';
import { defineCommand } from '../command.ts';
import { formatDocument } from '../format/format-list.ts';
import { inspectImage } from '../images/inspect-image.ts';
import { readImageConfig } from '../images/read-config.ts';
import { readStore } from '../images/read-store.ts';

export const inspectCommand = defineCommand({
  flags: {
    format: { kind: 'text', short: 'f', value: 'FORMAT', what: '`json`, or a template, see docs/images.md' },
  },
  positional: {
    name: 'images',
    what: 'name:tag, name@digest, or the beginning of an id',
    most: Number.POSITIVE_INFINITY,
  },
  examples: [
    { line: 'inspect app:1', what: 'one JSON document, a list' },
    { line: "inspect -f '{{json .Config.Env}}' app:1", what: 'a part of it' },
  ],
  async run({ flags, positionals }, surroundings) {
    if (positionals.length === 0)
      throw new MayflyError('CLI_USAGE', 'no image is named', { hint: 'write `mayfly inspect IMAGE`' });
    const { images, paths } = await readStore(surroundings);
    const documents: JsonObject[] = [];
    const problems: MayflyError[] = [];
    for (const text of positionals) {
      try {
        const { image } = findImage(text, images);
        documents.push(inspectImage(image, readImageConfig(image, paths)));
      } catch (error) {
        if (!(error instanceof MayflyError)) throw error;
        problems.push(error);
      }
    }
    const { format } = flags;
    const text =
      format === undefined
        ? `${JSON.stringify(documents, undefined, 4)}\n`
        : documents.map((document) => formatDocument(document, format)).join('');
    // Programs get what the image says; a terminal gets nothing that it would obey.
    const { stdout } = surroundings;
    stdout.write(stdout.isTerminal ? renderPrintableText(text) : text);
    if (problems.length > 0) throw new MayflyErrors(problems);
    return 0;
  },
});
