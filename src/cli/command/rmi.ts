import { parseImageReference, renderFamiliar } from '../../core/image-reference.ts';
import { MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import { findImage } from '../../image/find-image.ts';
import { planRemoval, type Removal } from '../../image/plan-removal.ts';
import { removeImage } from '../../image/remove-image.ts';
import { type CollectContext, collectGarbage } from '../../image/store/collect-garbage.ts';
import { listKnownImages } from '../../image/store/known-images.ts';
import { defineCommand } from '../command.ts';
import { openStoreWork } from '../images/open-store-work.ts';

export const rmiCommand = defineCommand({
  flags: {
    force: { kind: 'switch', short: 'f', what: 'Also take an image with names in several repositories' },
  },
  positional: {
    name: 'images',
    what: 'name:tag, name@digest, or the beginning of an id',
    most: Number.POSITIVE_INFINITY,
  },
  examples: [
    { line: 'rmi app:1', what: 'the name, and the image if it was the last one' },
    { line: 'rmi 1f0c86b2a4d1', what: 'an image by its id, with all its names' },
  ],
  notes: [
    'Layers that another image needs stay. Those that a running scenario uses stay until `mayfly image prune` after its end.',
  ],
  async run({ flags, positionals }, surroundings) {
    if (positionals.length === 0)
      throw new MayflyError('CLI_USAGE', 'no image is named', { hint: 'write `mayfly rmi IMAGE`' });
    const { collecting } = await openStoreWork(surroundings);
    const problems: MayflyError[] = [];
    for (const text of positionals) {
      try {
        const removal = await removeNamed(text, flags.force, collecting);
        surroundings.stdout.write(describe(removal));
      } catch (error) {
        if (!(error instanceof MayflyError)) throw error;
        problems.push(error);
      }
    }
    const collected = await collectGarbage(collecting);
    surroundings.stdout.write((collected?.layers ?? []).map((layer) => `Deleted: layer ${layer}\n`).join(''));
    if (collected === undefined) {
      surroundings.stderr.write(
        'Another process adds to the store: layers that nothing needs stay until the next `mayfly image prune`.\n',
      );
    }
    for (const layer of collected?.inUse ?? [])
      surroundings.stderr.write(`The layer ${layer} stays: a running scenario uses it.\n`);
    if (problems.length > 0) throw new MayflyErrors(problems);
    return 0;
  },
});

async function removeNamed(text: string, force: boolean, context: CollectContext): Promise<Removal> {
  const found = findImage(text, await listKnownImages(context.paths, context.self));
  const removal = planRemoval(found, force);
  await removeImage(removal, context);
  return removal;
}

function describe({ untag, remove }: Removal): string {
  const names = untag.map((name) => `Untagged: ${renderFamiliar(parseImageReference(name))}\n`);
  return [...names, ...(remove === undefined ? [] : [`Deleted: ${remove}\n`])].join('');
}
