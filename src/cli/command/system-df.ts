import { familiarRepository, parseImageReference } from '../../core/image-reference.ts';
import { shortId } from '../../image/store/known-images.ts';
import { isInUse } from '../../image/store/store-lock.ts';
import { type ImageUsage, readStoreUsage, type StoreUsage } from '../../image/store/store-usage.ts';
import { defineCommand } from '../command.ts';
import { formatList } from '../format/format-list.ts';
import { renderAgo } from '../format/human-duration.ts';
import { humanSize } from '../format/human-size.ts';
import { openStoreWork } from '../images/open-store-work.ts';

const titles = {
  Type: 'TYPE',
  TotalCount: 'TOTAL',
  Active: 'ACTIVE',
  Size: 'SIZE',
  Reclaimable: 'RECLAIMABLE',
};

const imageTitles = {
  Repository: 'REPOSITORY',
  Tag: 'TAG',
  ID: 'IMAGE ID',
  CreatedSince: 'CREATED',
  Size: 'SIZE',
  SharedSize: 'SHARED SIZE',
  UniqueSize: 'UNIQUE SIZE',
  Containers: 'IN USE',
};

export const systemDfCommand = defineCommand({
  flags: {
    format: { kind: 'text', value: 'FORMAT', what: '`table`, `json`, or a template, see docs/images.md' },
    verbose: { kind: 'switch', short: 'v', what: 'Show each image, and what it shares with others' },
  },
  examples: [{ line: 'system df', what: 'what the store takes, layers that images share once' }],
  async run({ flags }, surroundings) {
    const { collecting } = await openStoreWork(surroundings);
    const { paths, self, openByteLocker } = collecting;
    await using locker = await openByteLocker();
    const usage = await readStoreUsage(paths, self, (directory) => isInUse(locker, paths, directory));
    surroundings.stdout.write(
      flags.verbose
        ? formatList(
            usage.images.map((image) => toFields(image, surroundings.dateMs())),
            columnsOf(imageTitles),
            imageTitles,
            flags.format,
          )
        : formatList(toRows(usage), columnsOf(titles), titles, flags.format),
    );
    return 0;
  },
});

function columnsOf(all: Readonly<Record<string, string>>) {
  return Object.entries(all).map(([field, title]) => ({ field, title }));
}

function toRows({ images, layers, layerBytes, blobs, blobBytes, reclaimableBytes }: StoreUsage) {
  const share = layerBytes === 0 ? 0 : Math.floor((100 * reclaimableBytes) / layerBytes);
  const active = images.filter(({ inUse }) => inUse).length;
  return [
    {
      Type: 'Images',
      TotalCount: images.length,
      Active: active,
      Size: humanSize(layerBytes),
      Reclaimable: `${humanSize(reclaimableBytes)} (${share}%)`,
    },
    { Type: 'Layers', TotalCount: layers, Active: '', Size: humanSize(layerBytes), Reclaimable: '' },
    { Type: 'Blobs', TotalCount: blobs, Active: '', Size: humanSize(blobBytes), Reclaimable: '' },
  ];
}

function toFields({ image, sharedBytes, uniqueBytes, inUse }: ImageUsage, nowMs: number) {
  const [reference] = image.references;
  const parsed = reference === undefined ? undefined : parseImageReference(reference);
  return {
    Repository: parsed === undefined ? '<none>' : familiarRepository(parsed),
    Tag: parsed?.tag ?? '<none>',
    ID: shortId(image.id),
    CreatedSince: renderAgo(image.createdAt, nowMs),
    Size: humanSize(image.sizeBytes),
    SharedSize: humanSize(sharedBytes),
    UniqueSize: humanSize(uniqueBytes),
    Containers: inUse ? 'yes' : 'no',
  };
}
