/** Run by store-crash.linux.spec.ts in a Node of its own until it is killed: adds to a store, names, removes and collects, at random. */
import { join } from 'node:path';
import { makePrng } from '../../../src/core/prng.ts';
import { addToStore } from '../../../src/image/add-to-store.ts';
import { loadImages } from '../../../src/image/load-images.ts';
import { nameImage } from '../../../src/image/name-image.ts';
import { removeImage } from '../../../src/image/remove-image.ts';
import { collectGarbage } from '../../../src/image/store/collect-garbage.ts';
import { listKnownImages } from '../../../src/image/store/known-images.ts';
import { storeOptionsFor } from './store-options.ts';

const [directory = '', launcher = '', seed = '1'] = process.argv.slice(2);
const { options, collecting } = await storeOptionsFor(directory, launcher);
const prng = makePrng(Number(seed));
const random = (): number => prng.nextUint32() / 2 ** 32;
const { signal } = new AbortController();
const { paths, self } = collecting;

async function step(): Promise<void> {
  const images = await listKnownImages(paths, self);
  const image = images[Math.floor(random() * images.length)];
  const choice = random();
  if (image === undefined || choice < 0.5) {
    const archive = join(directory, `archive-${Math.floor(random() * 3)}.tar`);
    await addToStore(
      options,
      () => undefined,
      signal,
      (context) => loadImages(archive, context),
    );
  } else if (choice < 0.65) {
    await addToStore(
      options,
      () => undefined,
      signal,
      (context) =>
        nameImage(image, `docker.io/library/other:${Math.floor(random() * 5)}`, Date.now(), context),
    );
  } else if (choice < 0.9) {
    await removeImage({ untag: image.references, remove: image.id }, collecting);
    await collectGarbage(collecting);
  } else await collectGarbage(collecting);
}

process.stdout.write('begun\n');
for (;;) {
  await step();
  process.stdout.write('.');
}
