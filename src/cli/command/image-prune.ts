import { existsSync } from 'node:fs';
import { parseImageReference, renderFamiliar } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { parseDurationMs } from '../../core/units.ts';
import { freshness, type Pruned, pruneImages } from '../../image/prune-images.ts';
import { digestDirectory } from '../../image/rootfs/directory-tree.ts';
import type { KnownImage } from '../../image/store/known-images.ts';
import type { StorePaths } from '../../image/store/store-paths.ts';
import { defineCommand } from '../command.ts';
import { humanSize } from '../format/human-size.ts';
import { askForConsent } from '../images/ask-for-consent.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { labelsOf, readImageConfig } from '../images/read-config.ts';

export const imagePruneCommand = defineCommand({
  flags: {
    all: {
      kind: 'switch',
      short: 'a',
      what: 'Every image that nothing runs from, also those with names, and the build cache',
    },
    filter: {
      kind: 'texts',
      value: 'NAME=VALUE',
      what: 'until=DURATION (older than that), label=NAME[=VALUE]',
    },
    force: { kind: 'switch', short: 'f', what: 'Do not ask' },
  },
  examples: [
    { line: 'image prune', what: 'images without a name, and layers that nothing needs' },
    { line: 'image prune -a -f --filter until=240h', what: 'every image older than ten days' },
  ],
  notes: [
    'Without --all an image stays that has a name, or from which a scenario would start without making it anew. Whatever a running scenario uses stays in any case.',
  ],
  async run({ flags }, surroundings) {
    const { collecting, options } = await openStoreWork(surroundings);
    const isMeant = parsePruneFilters(flags.filter, surroundings.dateMs(), collecting.paths);
    const what = flags.all ? 'all images that nothing runs from' : 'all images without a name';
    if (!flags.force && !(await askForConsent(`This will remove ${what}.`, surroundings))) return 0;
    const isFresh = freshness((path) =>
      existsSync(path) ? digestDirectory(path, options.user, options.limits) : '',
    );
    const pruned = await pruneImages({ all: flags.all, isMeant, isFresh }, collecting);
    if (pruned === undefined)
      throw new MayflyError('STORE_BUSY', 'another process adds to the store at this moment');
    surroundings.stdout.write(describe(pruned));
    return 0;
  },
});

type Wanted = (image: KnownImage) => boolean;

function parsePruneFilters(given: readonly string[], nowMs: number, paths: StorePaths): Wanted {
  const tests = given.map((text): Wanted => {
    const [name, ...rest] = text.split('=');
    const value = rest.join('=');
    if (name === 'label' && value !== '') return hasLabel(value, paths);
    const ageMs = name === 'until' ? parseDurationMs(value) : undefined;
    if (ageMs !== undefined) return ({ createdAt }) => Date.parse(createdAt) <= nowMs - ageMs;
    throw new MayflyError('CLI_USAGE', `\`--filter ${text}\` is not understood`, {
      hint: 'there are until=DURATION, as in until=240h, and label=NAME[=VALUE]',
    });
  });
  return (image) => tests.every((test) => test(image));
}

function hasLabel(wanted: string, paths: StorePaths): Wanted {
  const [name = '', ...rest] = wanted.split('=');
  return (image) => {
    const labels = labelsOf(readImageConfig(image, paths));
    return Object.hasOwn(labels, name) && (rest.length === 0 || labels[name] === rest.join('='));
  };
}

function describe({ images, inUse, collected }: Pruned): string {
  const lines = images.flatMap(({ id, references }) => [
    ...references.map((name) => `untagged: ${renderFamiliar(parseImageReference(name))}`),
    `deleted: ${id}`,
  ]);
  return [
    ...(lines.length === 0 ? [] : ['Deleted Images:', ...lines, '']),
    ...inUse.map(({ id }) => `in use, and spared: ${id}`),
    `Total reclaimed space: ${humanSize(collected.freedBytes)}`,
    '',
  ].join('\n');
}
