import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { digestHex } from '../../image/digest.ts';
import { findImage } from '../../image/find-image.ts';
import { writeArchive } from '../../image/oci/write-archive.ts';
import { planSave } from '../../image/plan-save.ts';
import { readRange } from '../../image/read-file.ts';
import { lockForAdding } from '../../image/store/store-lock.ts';
import { defineCommand } from '../command.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { readStore } from '../images/read-store.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';
import { writeOut } from '../images/write-out.ts';

export const saveCommand = defineCommand({
  flags: {
    output: { kind: 'text', short: 'o', value: 'FILE', what: 'Where to; standard output by default' },
  },
  positional: {
    name: 'images',
    what: 'name:tag, name@digest, or the beginning of an id; an id is saved without a name',
    most: Number.POSITIVE_INFINITY,
  },
  examples: [
    { line: 'save -o app.tar app:1', what: 'one image with its name' },
    { line: 'save app:1 app:2 | gzip > apps.tar.gz', what: 'two, whose common layers are in it once' },
  ],
  notes: [
    'The archive is an OCI layout and a docker-save archive at once. Layers, configuration and manifest are the bytes that came, under the digests they came with.',
  ],
  async run({ flags, positionals }, surroundings) {
    if (positionals.length === 0)
      throw new MayflyError('CLI_USAGE', 'no image is named', { hint: 'write `mayfly save -o FILE IMAGE`' });
    if (flags.output === undefined && surroundings.stdout.isTerminal)
      throw new MayflyError('CLI_USAGE', 'an archive is nothing for a terminal', {
        hint: 'write `mayfly save -o FILE IMAGE`, or redirect it',
      });
    const { collecting } = await openStoreWork(surroundings);
    return untilInterrupted(surroundings, async (signal) => {
      // Nothing may be collected while it is read.
      await using _reading = await lockForAdding(collecting.openByteLocker, collecting.paths, signal);
      const { images, paths } = await readStore(surroundings);
      const pathOf = (digest: string): string => join(paths.blobs, digestHex(digest));
      const saved = planSave(
        positionals.map((text) => findImage(text, images)),
        {
          sizeOf: (digest) => statSync(pathOf(digest)).size,
          readText: (digest) => readFileSync(pathOf(digest), 'utf8'),
        },
      );
      const archive = writeArchive(saved, (digest) => readRange(pathOf(digest)));
      const path =
        flags.output === undefined ? undefined : resolve(surroundings.workingDirectory, flags.output);
      await writeOut(archive, path, surroundings, signal);
      return 0;
    });
  },
});
