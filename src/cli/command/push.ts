import { readFileSync } from 'node:fs';
import {
  type ImageReference,
  parseImageReference,
  renderReference,
  withDefaultTag,
} from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { findImage } from '../../image/find-image.ts';
import { planSave } from '../../image/plan-save.ts';
import { mountSources } from '../../image/registry/mount-sources.ts';
import { pushImage } from '../../image/registry/registry-push.ts';
import { BlobStore } from '../../image/store/blob-store.ts';
import type { KnownImage } from '../../image/store/known-images.ts';
import { lockForAdding } from '../../image/store/store-lock.ts';
import { defineCommand } from '../command.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { readStore } from '../images/read-store.ts';
import { openPushProgress } from '../images/show-push.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';

export const pushCommand = defineCommand({
  flags: {
    'all-tags': { kind: 'switch', short: 'a', what: 'Every tag that the repository has here' },
    quiet: { kind: 'switch', short: 'q', what: 'Only the name of what was pushed' },
  },
  positional: { name: 'name', what: 'The name of an image: NAME[:TAG]; without a tag `latest`', most: 1 },
  examples: [
    { line: 'push registry.example.org/team/app:1.4', what: 'to where its name says' },
    { line: 'tag app registry.example.org/team/app:1.4', what: 'gives an image such a name' },
  ],
  notes: [
    'Layers, configuration and manifest are sent as they came, so that the digest stays. What the registry has is not sent; what another of its repositories has is taken from there.',
    'Logins, authorities and plain http as for `mayfly pull`; a mirror is never pushed to.',
  ],
  async run({ flags, positionals: [text] }, surroundings) {
    if (text === undefined)
      throw new MayflyError('CLI_USAGE', 'a name is needed', { hint: 'write `mayfly push NAME`' });
    const given = parseImageReference(text);
    if (given.digest !== undefined || (flags['all-tags'] && given.tag !== undefined)) {
      const what = given.digest === undefined ? 'a tag and `--all-tags`' : 'a digest';
      throw new MayflyError('CLI_USAGE', `${what} cannot be pushed to`, { hint: 'write NAME or NAME:TAG' });
    }
    const isDefault = given.tag === undefined && !flags['all-tags'];
    if (isDefault && !flags.quiet) surroundings.stderr.write('Using default tag: latest\n');
    const { options, collecting } = await openStoreWork(surroundings);
    return untilInterrupted(surroundings, async (signal) => {
      // Nothing may be collected while it is read.
      await using _reading = await lockForAdding(collecting.openByteLocker, collecting.paths, signal);
      const { images, paths, self } = await readStore(surroundings);
      const context = {
        ...options,
        registries: await options.readRegistries(),
        signal,
        blobs: new BlobStore(paths, self),
        sourcesOf: mountSources(images, given),
        onPush: openPushProgress(surroundings, flags.quiet),
      };
      const references = flags['all-tags'] ? tagsOf(given, images) : [withDefaultTag(given)];
      for (const reference of references) {
        await pushImage(reference, planPush(reference, images, context.blobs), context);
        surroundings.stdout.write(`${renderReference(reference)}\n`);
      }
      return 0;
    });
  },
});

type Push = Parameters<typeof pushImage>[1];

function planPush(reference: ImageReference, images: readonly KnownImage[], blobs: BlobStore): Push {
  const found = findImage(renderReference(reference), images);
  const [planned] = planSave([found], {
    sizeOf: (digest) => blobs.sizeOf(digest) ?? 0,
    readText: (digest) => readFileSync(blobs.pathOf(digest), 'utf8'),
  });
  if (planned !== undefined) return planned;
  throw new MayflyError('IMAGE_NOT_FOUND', `no such image: ${renderReference(reference)}`);
}

function tagsOf(given: ImageReference, images: readonly KnownImage[]): readonly ImageReference[] {
  const tagged = images
    .flatMap(({ references }) => references)
    .map(parseImageReference)
    .filter(
      ({ registry, repository, digest }) =>
        registry === given.registry && repository === given.repository && digest === undefined,
    );
  if (tagged.length > 0) return tagged;
  throw new MayflyError('IMAGE_NOT_FOUND', `no image is named ${renderReference(given)}`, {
    hint: '`mayfly images` lists those that are here',
  });
}
