import { resolve } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { addToStore } from '../../image/add-to-store.ts';
import { importImage } from '../../image/import-image.ts';
import { defineCommand } from '../command.ts';
import { keepInput } from '../images/keep-input.ts';
import { parseNewName } from '../images/new-name.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { sayLine } from '../images/say-line.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';

export const importCommand = defineCommand({
  flags: {},
  positional: {
    name: 'file name',
    what: 'A tar of a whole file system, plain, gzip or zstd, or `-` for standard input; and the name of the image',
    most: 2,
  },
  examples: [
    { line: 'import rootfs.tar.gz base:1', what: 'an image of one layer, without a configuration' },
    { line: 'import - base < rootfs.tar', what: 'the same from a pipe' },
  ],
  notes: ['The same tar is the same image: nothing of when and by whom it was imported is in it.'],
  async run({ positionals: [file, name] }, surroundings) {
    if (file === undefined)
      throw new MayflyError('CLI_USAGE', 'no tar is named', { hint: 'write `mayfly import FILE [NAME]`' });
    const references = name === undefined ? [] : [parseNewName(name)];
    const { options } = await openStoreWork(surroundings);
    return untilInterrupted(surroundings, async (signal) => {
      const say = (line: string): void => sayLine(surroundings.stderr, line);
      const image = await addToStore(options, say, signal, async (context) => {
        const path =
          file === '-'
            ? await keepInput(surroundings, context)
            : resolve(surroundings.workingDirectory, file);
        return importImage(path, references, context);
      });
      surroundings.stdout.write(`${image.id}\n`);
      return 0;
    });
  },
});
