import { MayflyError } from '../../core/mayfly-error.ts';
import { findImage } from '../../image/find-image.ts';
import { nameImage } from '../../image/name-image.ts';
import { withStoreErrors } from '../../image/store/store-error.ts';
import { lockForAdding } from '../../image/store/store-lock.ts';
import { defineCommand } from '../command.ts';
import { parseNewName } from '../images/new-name.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { readStore } from '../images/read-store.ts';

export const tagCommand = defineCommand({
  flags: {},
  positional: { name: 'image name', what: 'An image, and the name it gets beside those it has', most: 2 },
  examples: [
    { line: 'tag app:latest registry.example/team/app:1.4', what: 'a second name, to push it under' },
    { line: 'tag 1f0c86b2a4d1 app', what: 'names an image by its id; `app` means `app:latest`' },
  ],
  notes: ['A name that another image had moves to this one.'],
  async run({ positionals: [text, name] }, surroundings) {
    if (text === undefined || name === undefined)
      throw new MayflyError('CLI_USAGE', 'an image and a name are needed', {
        hint: 'write `mayfly tag IMAGE NAME`',
      });
    const reference = parseNewName(name);
    const { collecting } = await openStoreWork(surroundings);
    const { signal } = new AbortController();
    await using _adding = await lockForAdding(collecting.openByteLocker, collecting.paths, signal);
    const { images } = await readStore(surroundings);
    const { image } = findImage(text, images);
    await withStoreErrors(collecting.paths.root, () =>
      nameImage(image, reference, surroundings.dateMs(), collecting),
    );
    return 0;
  },
});
